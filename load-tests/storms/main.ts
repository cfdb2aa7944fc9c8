/** Owns `npm run storms`: its options, its progress, and its verdict. */

import { writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { Command, Option } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { namesOf } from '../../infra/cli/names-of.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createScreen } from '../../infra/stack/screen.ts'
import { death, SEQUEL_NAMES, type SequelName, STEADY_MS } from './death.ts'
import { jitter } from './jitter.ts'
import { faultsOf } from './outcome.ts'
import { table, verdict } from './report.ts'
import type { Raised } from './steps.ts'
import { openYard } from './yard.ts'

interface Options {
  readonly scenario: 'jitter' | 'death'
  readonly clients?: number
  readonly runs: number
  readonly seconds: number
  readonly generators: number
  readonly pin: boolean
  readonly floor: boolean
  readonly only: readonly SequelName[]
  readonly json?: string
  readonly profile?: string
}

const CLIENTS = { jitter: 10_000, death: 19_000 } as const
const ONLINE_MS = 15_000
const AWAY_MS = 2_000
const REPORT_EVERY_MS = 10_000

const whole = (most: number) => wholeNumber(1, most)

const options = new Command('storms')
  .description(
    'Drops thousands of clients, or kills the gateway under them, and measures how they come back, beside raw uWebSockets.js.',
  )
  .addOption(new Option('--scenario <name>', 'what happens').choices(['jitter', 'death']).makeOptionMandatory())
  .option('--clients <n>', 'sessions: 10000 for jitter, 19000 for death unless told', whole(38_000))
  .option('--runs <n>', 'runs of each storm', whole(100), 3)
  .option('--seconds <n>', 'jitter: how long a run lasts', whole(3_600), 34)
  .option('--only <names>', `death: of ${SEQUEL_NAMES.join(',')}`, namesOf(SEQUEL_NAMES), SEQUEL_NAMES)
  .option('--generators <n>', 'processes that hold the clients', whole(16), 2)
  .option('--pin', 'bind what is measured to one processor and all else to another', false)
  .option('--no-floor', 'Segue alone')
  .option('--json <file>', 'write every run there')
  .option('--profile <folder>', 'leave a processor profile of each gateway there that was stopped, not killed')
  .showHelpAfterError('(--help shows what there is)')
  .parse()
  .opts<Options>()

const screen = createScreen(process.stdout)
const interruption = onInterruption(screen.line)
const clients = options.clients ?? CLIENTS[options.scenario]
const beganMs = Date.now()
try {
  const yard = await openYard({
    generators: options.generators,
    pin: options.pin,
    profileFolder: options.profile,
    screen,
    signal: interruption.signal,
  })
  let raised: Raised
  try {
    const { runs, seconds, floor } = options
    raised =
      options.scenario === 'jitter'
        ? await jitter(yard, { clients, runs, floor, seconds, onlineMs: ONLINE_MS, awayMs: AWAY_MS })
        : await death(yard, {
            clients,
            runs,
            floor,
            reportEveryMs: REPORT_EVERY_MS,
            sequels: options.only,
            steadyMs: STEADY_MS,
          })
  } finally {
    await yard.close()
  }
  await show(raised)
} catch (error) {
  if (!interruption.signal.aborted) throw error
  process.exitCode = interruption.exitCode
} finally {
  screen.close()
  interruption.end()
}

async function show({ outcomes, settled }: Raised): Promise<void> {
  const [cpu] = cpus()
  const host = `${cpus().length} × ${cpu?.model ?? 'processor'}, Node ${process.version}`
  const words = process.argv.slice(2).join(' ')
  screen.line(`\nnpm run storms -- ${words}\n${host}; ${((Date.now() - beganMs) / 1000).toFixed(0)} s\n`)
  for (const line of table(outcomes)) screen.line(line)
  screen.line(`\n${verdict(settled)}`)
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ host, words, outcomes, settled }, null, 2)}\n`)
  const faults = outcomes.flatMap(faultsOf)
  if (settled.lost > 0) faults.push(`${settled.lost} acknowledged events are not in the log`)
  if (settled.due > 0) faults.push(`${settled.due} answers or acknowledgements never came`)
  for (const fault of faults) console.error(`storms: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
