/** Owns `segue sharing evaluate`: its flags, and what it prints. */

import { Command, InvalidArgumentError, Option } from 'commander'
import { LIMITS, type Limits } from '../detector/limits.ts'
import { USUAL_RULES } from '../detector/rules.ts'
import { TRAVEL_FORM, travelLimitOf } from '../detector/travel-limits.ts'
import { readNetworks } from '../networks-file.ts'
import { evaluate, type Files } from './evaluate.ts'

type Travel = Limits['travel']

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('score the accounts of a file of events, and measure the scores by labels')
    .requiredOption('--events <file>', 'JSON Lines, by time')
    .option('--scores <file>', 'written: account,score,flagged,evidence, by account as bytes')
    .option('--labels <file>', 'account,shared: prints how well the scores agree')
    .addOption(
      new Option('--travel <km:km/h,...>', 'faster than anyone travels, from so far on')
        .argParser(travelOf)
        .default(LIMITS.travel, LIMITS.travel.map(({ fromKm, fasterThanKmh }) => `${fromKm}:${fasterThanKmh}`).join()),
    )
    .option('--networks <file>', 'asn,kind: in front of the networks that are known')
    .action(run)
}

async function run(flags: Files & { travel: Travel; networks?: string }, command: Command): Promise<void> {
  if (flags.scores === undefined && flags.labels === undefined)
    command.error('error: nothing would be told: give --scores <file>, --labels <file> or both')
  const limits = { ...LIMITS, travel: flags.travel }
  const kindOf = flags.networks === undefined ? USUAL_RULES.kindOf : await readNetworks(flags.networks)
  const started = performance.now()
  const { events, verdicts, agreement } = await evaluate(flags, { limits, kindOf })
  const seconds = (performance.now() - started) / 1000
  const flagged = verdicts.filter((verdict) => verdict.flagged).length
  console.error(
    `${events} events in ${seconds.toFixed(1)} s, ${Math.round(events / seconds)} a second; ${verdicts.length} accounts, ${flagged} flagged`,
  )
  if (agreement !== undefined) console.log(JSON.stringify(agreement, null, 2))
}

const travelOf = (text: string): Travel =>
  text.split(',').map((word) => {
    const limit = travelLimitOf(word.trim())
    if (limit === undefined) throw new InvalidArgumentError(`'${word}' is not ${TRAVEL_FORM}`)
    return limit
  })
