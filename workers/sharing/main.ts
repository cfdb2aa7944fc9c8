/** Owns the command `segue sharing`: its subcommands and flags, what it prints, and its exit code. */

import { Command, InvalidArgumentError, Option } from 'commander'
import { FileProblem } from '../plain-files/file-problem.ts'
import { bench } from './bench/bench.ts'
import { evaluateCommand } from './evaluate/command.ts'
import { asRecorded, type Comparison, compare, type Measured } from './testing/comparison.ts'
import { type HabitsOf, ordinaryHabits, shiftedHabits } from './testing/habits.ts'
import { makeTrace } from './testing/trace.ts'
import { writeTrace } from './testing/trace-files.ts'

const HABITS: Readonly<Record<string, HabitsOf>> = { ordinary: ordinaryHabits, shifted: shiftedHabits }

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on is wanted')
  return value
}
const habitsOption = () =>
  new Option('--habits <name>', 'which distributions the accounts are drawn from')
    .choices(Object.keys(HABITS))
    .default('ordinary')
const habitsOf = (name: string): HabitsOf => HABITS[name] ?? ordinaryHabits

const program = new Command('segue sharing').description('accounts that look shared').showHelpAfterError()

program.addCommand(evaluateCommand())

program
  .command('generate')
  .description('write labelled traces of made-up households and sharers, by a seed')
  .requiredOption('--events <file>', 'written')
  .requiredOption('--labels <file>', 'written')
  .option('--seed <n>', 'the same seed gives the same traces', whole, 1)
  .option('--accounts <n>', 'how many', whole, 200)
  .addOption(habitsOption())
  .action(async (flags: { events: string; labels: string; seed: number; accounts: number; habits: string }) => {
    const trace = makeTrace(flags.seed, flags.accounts, habitsOf(flags.habits))
    await writeTrace(trace, flags.events, flags.labels)
    console.error(`${trace.events.length} events of ${trace.labels.size} accounts over ${trace.habits.days} days`)
  })

program
  .command('compare')
  .description('measure the detector and two baselines on generated traces')
  .requiredOption('--from <seed>', 'the first seed', whole)
  .requiredOption('--to <seed>', 'the last seed', whole)
  .option('--accounts <n>', 'accounts a seed', whole, 200)
  .addOption(habitsOption())
  .option('--as-recorded', 'with addresses hashed by the key of their week, as the worker sees them', false)
  .action((flags: { from: number; to: number; accounts: number; habits: string; asRecorded: boolean }) => {
    const seeds = Array.from({ length: flags.to - flags.from + 1 }, (_, index) => flags.from + index)
    const progress = (seed: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\rseed ${seed} of ${flags.from} to ${flags.to} `)
    }
    const seen = flags.asRecorded ? asRecorded : undefined
    print(compare(seeds, flags.accounts, habitsOf(flags.habits), progress, seen))
  })

program
  .command('bench')
  .description('measure the path of the worker on one core: records, detector, checkpoints in PostgreSQL')
  .option('--seed <n>', 'the same seed gives the same records', whole, 1)
  .option('--accounts <n>', 'that play on the day that is measured, four weeks of each remembered', whole, 20_000)
  .option('--events <n>', 'at most', whole, 1_200_000)
  .option('--checkpoint-every <n>', 'events: by default 30 s of 20,000 a second', whole, 600_000)
  .action(async (flags: { seed: number; accounts: number; events: number; checkpointEvery: number }) => {
    const onProgress = (events: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${events} of ${flags.events} events `)
    }
    const { cpuSeconds, seconds, events, checkpoints, states, stateBytes } = await bench({ ...flags, onProgress })
    console.log(
      JSON.stringify({
        events,
        seconds: Number(seconds.toFixed(2)),
        cpu_seconds: Number(cpuSeconds.toFixed(2)),
        events_a_second: Math.round(events / seconds),
        events_a_cpu_second: Math.round(events / cpuSeconds),
        checkpoints,
        states_written: states,
        state_bytes: Math.round(stateBytes),
      }),
    )
  })

function print({ accounts, events, methods, archetypes }: Comparison): void {
  console.log(`\n${accounts} accounts, ${events} events\n`)
  console.log('| method | precision | recall | PR-AUC | false alarms | of honest accounts with 2 devices or more |')
  console.log('|---|---|---|---|---|---|')
  for (const method of methods) console.log(rowOf(method))
  console.log('\n| archetype | shared | accounts | flagged |\n|---|---|---|---|')
  for (const [name, { shared, accounts: count, flagged }] of [...archetypes].sort(byShared))
    console.log(`| ${name} | ${shared ? 'yes' : 'no'} | ${count} | ${flagged} |`)
}

function byShared(a: [string, { shared: boolean }], b: [string, { shared: boolean }]): number {
  return Number(b[1].shared) - Number(a[1].shared) || (a[0] < b[0] ? -1 : 1)
}

function rowOf(measured: Measured): string {
  const figures = [measured.precision, measured.recall, measured.prAuc].map((value) => value?.toFixed(3) ?? '-')
  const share = `${measured.falseAlarmsMultiDevice} of ${measured.honestMultiDevice}`
  return `| ${[measured.method, ...figures, measured.falsePositives, share].join(' | ')} |`
}

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof FileProblem)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
