/** Owns `npm run bench`: its options, its progress, its table, and its verdict on what is claimed. */

import { writeFile } from 'node:fs/promises'
import { Argument, Command } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { namesOf } from '../../infra/cli/names-of.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createScreen } from '../../infra/stack/screen.ts'
import { writeProfileTexts } from '../profiles/write-profile-texts.ts'
import { bench } from './bench.ts'
import { judge, readClaims, verdicts, worksOf } from './claims.ts'
import { tables } from './report.ts'
import { type Found, hostLine } from './result.ts'
import { openRig, type Rig } from './rig.ts'
import { SERVER_NAMES, type ServerName } from './servers.ts'
import { WORK_NAMES, type WorkName } from './works.ts'

interface Options {
  readonly servers?: readonly ServerName[]
  readonly runs: number
  readonly quick: boolean
  readonly json?: string
  readonly profile?: string
  readonly check: boolean
}

const program = new Command('bench')
  .description(
    'Measures the gateway beside raw uWebSockets.js, the same session in ws and in Socket.IO, and Centrifugo: the server on one processor, the load on another.',
  )
  .addArgument(new Argument('[works...]', 'what is done; all unless told').choices(WORK_NAMES))
  .option('--servers <names>', `of ${SERVER_NAMES.join(',')}`, namesOf(SERVER_NAMES))
  .option(
    '--runs <n>',
    'of each work by each server; the table shows the median, least and most',
    wholeNumber(1, 100),
    3,
  )
  .option('--quick', 'few clients and short runs: to see that it works, not what it costs', false)
  .option('--json <file>', 'write every run there')
  .option('--profile <folder>', 'leave a processor profile of each server there, and what it says as text')
  .option('--check', 'measure what is claimed in load-tests/claims.json, and fail when it no longer holds', false)
  .showHelpAfterError('(--help shows what there is)')
  .parse()

const options = program.opts<Options>()
const works =
  (program.processedArgs[0] as WorkName[]).length > 0 ? (program.processedArgs[0] as WorkName[]) : WORK_NAMES
const screen = createScreen(process.stdout)
const interruption = onInterruption(screen.line)
const beganMs = Date.now()
try {
  const rig = await openRig({ screen, signal: interruption.signal, profileFolder: options.profile }, options.quick)
  try {
    const found = options.check
      ? await check(rig)
      : await bench(rig, { works, servers: options.servers, runs: options.runs })
    await show(found)
  } finally {
    await rig.close()
  }
} catch (error) {
  if (!interruption.signal.aborted) throw error
  process.exitCode = interruption.exitCode
} finally {
  screen.close()
  interruption.end()
}

async function show(found: readonly Found[]): Promise<void> {
  const words = process.argv.slice(2).join(' ')
  screen.line(`\nnpm run bench -- ${words}\n${hostLine()}; ${((Date.now() - beganMs) / 1000).toFixed(0)} s`)
  if (options.quick)
    screen.line('Few clients, short runs, nothing warm: this shows that it works, and is no measurement.')
  for (const line of tables(found)) screen.line(line)
  if (options.json !== undefined)
    await writeFile(options.json, `${JSON.stringify({ host: hostLine(), words, found }, null, 2)}\n`)
  if (options.profile !== undefined) for (const file of await writeProfileTexts(options.profile)) screen.line(file)
  if (found.some(({ failed }) => failed !== undefined)) process.exitCode = 1
}

/** Of the works that were named, or of all. */
async function check(rig: Rig): Promise<Found[]> {
  const claims = (await readClaims()).filter(({ work }) => works.some((name) => name === work))
  const found: Found[] = []
  for (const wanted of worksOf(claims, options.runs)) found.push(...(await bench(rig, wanted)))
  const judged = judge(claims, found)
  screen.line('')
  for (const line of verdicts(judged)) screen.line(line)
  for (const { claim } of judged.filter(({ holds }) => !holds)) {
    console.error(`bench: "${claim.sentence}" does not hold; to see it alone: ${claim.command}`)
    process.exitCode = 1
  }
  return found
}
