/** Owns the command `npm run drills`: its flags, its progress, and its exit code. */

import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { runProgram } from '../../infra/cli/run-program.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createScreen } from '../../infra/stack/screen.ts'
import { runDrill } from './drill.ts'
import { reportLines } from './report.ts'
import { DEPLOYED_TIMING, type RigTiming, SHORT_TIMING } from './rig.ts'
import { KINDS, type Kind, LEAST_HOLD_MS, type SchedulePlan, TARGETS, type Target } from './schedule.ts'

interface Flags {
  readonly faults?: number
  readonly holdS?: number
  readonly seed: number
  readonly players: number
  readonly only: readonly Target[]
  readonly json?: string
}

const FAULTS = 200
/** Many faults, short and close, two of them at once now and then. */
const BRIEF = { kinds: KINDS, leastHoldMs: LEAST_HOLD_MS, mostHoldMs: 6_000, mostGapMs: 1_500, overlapping: 0.25 }
/** What can be held for a time. */
const HELD_KINDS: readonly Kind[] = ['kill', 'freeze']
/** Before a fault that is held comes alone. */
const HELD_MOST_GAP_MS = 20_000

const whole = wholeNumber(1)

const targets = (text: string): readonly Target[] => {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !TARGETS.some((target) => target === name))
  if (unknown.length > 0) throw new InvalidArgumentError(`${unknown.join(', ')}: choose from ${TARGETS.join(', ')}`)
  return TARGETS.filter((target) => names.includes(target))
}

/** Faults that are held come each alone, and meet leases as they are deployed. */
function planOf({ holdS, only, faults }: Flags): SchedulePlan & { readonly timing: RigTiming } {
  if (holdS === undefined) return { ...BRIEF, faults: faults ?? FAULTS, targets: only, timing: SHORT_TIMING }
  const holdMs = holdS * 1_000
  return {
    faults: faults ?? only.length * HELD_KINDS.length,
    targets: only,
    kinds: HELD_KINDS,
    leastHoldMs: holdMs,
    mostHoldMs: holdMs,
    mostGapMs: HELD_MOST_GAP_MS,
    overlapping: 0,
    timing: DEPLOYED_TIMING,
  }
}

async function drills(flags: Flags): Promise<void> {
  const { seed, players, only, holdS } = flags
  const plan = planOf(flags)
  const { faults } = plan
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const replay = `npm run drills -- --faults ${faults} --seed ${seed} --players ${players} --only ${only.join(',')}${holdS === undefined ? '' : ` --hold-s ${holdS}`}`
  screen.line(`${faults} faults by seed ${seed}, ${players} players; the same again: ${replay}`)
  try {
    const report = await runDrill({ ...plan, seed, players, screen, signal: interruption.signal })
    screen.line('')
    for (const line of reportLines(report)) screen.line(line)
    if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`)
    if (report.problems.length === 0) return
    screen.line(`\n${report.problems.length} problems; to see them again: ${replay}`)
    for (const problem of report.problems) screen.line(`  ✗ ${problem}`)
    for (const line of report.schedule) screen.line(`    ${line}`)
    process.exitCode = 1
  } catch (error) {
    if (interruption.signal.aborted) process.exitCode = interruption.exitCode
    else throw error
  } finally {
    screen.close()
    interruption.end()
  }
}

const program = new Command('drills')
  .description(
    'kill, freeze and restart the servers under load, by a seed, and count what was lost: nothing may be.\n' +
      'The stack is one of its own, on free ports; it goes with the run.',
  )
  .option('--faults <n>', `how many (default: ${FAULTS}; with --hold-s each part in each way once)`, whole)
  .option(
    '--hold-s <s>',
    'hold each fault for so long, alone, kills and freezes only, with the beats and leases of a deployment',
    whole,
  )
  .addOption(
    new Option('--seed <n>', 'of the schedule and of the players')
      .default((Date.now() % 1_000_000) + 1, 'another one each time')
      .argParser(whole),
  )
  .option('--players <n>', 'who listen meanwhile', whole, 40)
  .addOption(
    new Option('--only <parts>', `some of ${TARGETS.join(',')}`).default(TARGETS, 'all of them').argParser(targets),
  )
  .option('--json <file>', 'write the report there too')
  .showHelpAfterError('(--help shows what there is)')
  .action(drills)

await runProgram(program)
