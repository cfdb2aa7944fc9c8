/** Owns the command line of `segue royalties compute`. */

import { Command, InvalidArgumentError, Option } from 'commander'
import { MODEL_NAMES, type ModelName } from '../reckoning/models/models.ts'
import { isAbove, ONE, type Rational, readRational } from '../reckoning/rational.ts'
import { interchangeRules } from '../reckoning/rules.ts'
import { type ComputeFiles, compute } from './compute.ts'
import { showProgress } from './progress.ts'

interface Flags extends ComputeFiles {
  readonly month: string
  readonly model: ModelName
  readonly poolShare: Rational
}

export function computeCommand(): Command {
  return new Command('compute')
    .description('compute the amounts of a month from plain files, without any server')
    .requiredOption('--month <YYYY-MM>', 'in UTC; a stream belongs to the month that it starts in', month)
    .addOption(modelOption())
    .requiredOption('--pool-share <N/D>', 'the part of the net revenue that is paid out, as 7/10', poolShare)
    .requiredOption(
      '--streams <file>',
      'stream_id,listener_id,isrc,artist_id,started_at,ms_played,territory,tier,discovery',
    )
    .requiredOption('--listeners <file>', 'listener_id,territory,tier,currency,net_revenue_micros')
    .requiredOption('--splits <file>', 'isrc,holder_id,share_num,share_den')
    .requiredOption('--out <file>', 'written: territory,tier,currency,isrc,holder_id,amount_micros')
    .action(async ({ month, model, poolShare, ...files }: Flags) => {
      const started = performance.now()
      const progress = showProgress()
      const rules = interchangeRules(model, poolShare)
      const done = await compute({ files, month, rules, onProgress: progress.show }).finally(progress.end)
      const seconds = (performance.now() - started) / 1000
      console.error(
        `${done.rows} streams, of which ${done.counted} count and ${done.repeated} stand again; ${done.pools} pools, ${done.amounts} amounts; ${seconds.toFixed(1)} s, ${peakMegabytes()} MB at most`,
      )
    })
}

function peakMegabytes(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024)
}

const modelOption = (): Option =>
  new Option('--model <name>', 'how the money of a pool is shared').choices(MODEL_NAMES).makeOptionMandatory()

function month(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text
  throw new InvalidArgumentError('a month as 2026-10 is wanted')
}

function poolShare(text: string): Rational {
  const share = readRational(text)
  if (share === undefined || isAbove(share, ONE))
    throw new InvalidArgumentError('a fraction of whole numbers from 0 to 1 as 7/10 is wanted')
  return share
}
