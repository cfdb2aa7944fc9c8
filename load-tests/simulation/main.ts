/** Owns the command `npm run simulate`: its flags, its progress, and its exit code. */

import { availableParallelism } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createScreen } from '../../infra/stack/screen.ts'
import { comebackLine, DISASTERS, type DisasterName } from './disasters.ts'
import { PLANTS, type PlantName } from './plants.ts'
import { PROFILES, type Profile, type ProfileName } from './profile.ts'
import { addSeed, failureLine, firstOf, historyLines, noTotals, reportLines } from './report.ts'
import { runSeed } from './run-seed.ts'
import { runSeeds } from './seed-runner.ts'

interface Flags {
  readonly hours: number
  readonly seed?: number
  readonly seeds?: { readonly from: number; readonly to: number }
  readonly workers: number
  readonly profile: ProfileName
  readonly plant?: PlantName
  readonly disaster?: DisasterName
  readonly clients?: number
  readonly gateways?: number
}

const whole = wholeNumber(1)

const range = (text: string) => {
  const [from, to] = text.split('..').map(Number)
  if (from === undefined || to === undefined || !(from >= 1) || !(to >= from)) {
    throw new InvalidArgumentError('wanted is a range such as 1..40')
  }
  return { from, to }
}

/** The flags that a replay needs beside the seed. */
const flagsText = ({ profile, ...others }: Flags) => {
  const told = (['plant', 'disaster', 'clients', 'gateways'] as const).filter((name) => others[name] !== undefined)
  return `${profile === 'coarse' ? '' : ` --profile ${profile}`}${told.map((name) => ` --${name} ${others[name]}`).join('')}`
}

function sized({ profile, clients, gateways }: Flags): Profile {
  const usual: Profile = PROFILES[profile]
  return { ...usual, clients: clients ?? usual.clients, gateways: gateways ?? usual.gateways }
}

async function replay(seed: number, flags: Flags): Promise<void> {
  const { plant, disaster } = flags
  const begunMs = performance.now()
  const options = {
    profile: sized(flags),
    ...(plant === undefined ? {} : { plant: PLANTS[plant] }),
    ...(disaster === undefined ? {} : { disaster: DISASTERS[disaster] }),
  }
  const result = await runSeed(seed, options)
  const totals = noTotals()
  addSeed(totals, result)
  const first = firstOf(result)
  if (first !== undefined) {
    // The same again: a history of everybody would not fit in memory.
    console.log(`${first.invariant} was broken: the same again, with the history of ${first.about}`)
    for (const line of historyLines(await runSeed(seed, { ...options, traced: first.about }))) console.log(line)
  }
  for (const { invariant, about, text } of result.violations) console.log(`${invariant} ${about} ${text}`)
  for (const line of reportLines(totals, performance.now() - begunMs)) console.log(line)
  if (result.comeback !== undefined) console.log(comebackLine(result.comeback))
  console.log(`  history ${result.historyHash.toString(16).padStart(8, '0')}`)
  if (result.violations.length === 0) return
  console.error(failureLine(result, flagsText(flags)))
  process.exitCode = 1
}

async function simulate(flags: Flags): Promise<void> {
  if (flags.seed !== undefined) return await replay(flags.seed, flags)
  if ((flags.disaster ?? flags.clients ?? flags.gateways) !== undefined)
    throw new InvalidArgumentError('--disaster, --clients and --gateways are for one run: name it by --seed')
  const { hours, seeds, workers, profile, plant } = flags
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const progress = screen.step('Simulating')
  const totals = noTotals()
  const begunMs = performance.now()
  const each = PROFILES[profile].clients * PROFILES[profile].hours
  const last = seeds?.to ?? Math.ceil(hours / each)
  let seed = seeds?.from ?? 1
  const first = seed
  await runSeeds({
    workers,
    signal: interruption.signal,
    next: () => {
      if (seed > last) return undefined
      const job = { seed, profile, ...(plant === undefined ? {} : { plant }) }
      seed += 1
      return job
    },
    done: (result) => {
      addSeed(totals, result)
      if (result.violations.length > 0) screen.line(failureLine(result, flagsText(flags)))
      const seconds = (performance.now() - begunMs) / 1000
      const all = last - first + 1
      progress.note(
        `${totals.seeds} of ${all} seeds, ${Math.round(totals.sessionHours).toLocaleString('en-US')} session-hours, ${totals.failed.length} failed, ${Math.round((seconds / totals.seeds) * (all - totals.seeds))} s to go`,
      )
    },
  })
  progress.done()
  screen.close()
  for (const line of reportLines(totals, performance.now() - begunMs)) console.log(line)
  for (const result of totals.failed) console.error(failureLine(result, flagsText(flags)))
  if (totals.failed.length > 0) process.exitCode = 1
}

await new Command('simulate')
  .description('A fleet of real gateways over models of Redis and Kafka, in virtual time, with faults by seed.')
  .option('--hours <n>', 'virtual session-hours in all', whole, 10_000)
  .option('--seed <n>', 'runs this seed alone, and prints the history around a violation', whole)
  .option('--seeds <a..b>', 'runs these seeds', range)
  .option('--workers <n>', 'processes', whole, availableParallelism())
  .addOption(
    new Option('--profile <name>', 'how fine: `fine` is as deployed, `coarse` has longer beats and chunks')
      .choices(Object.keys(PROFILES))
      .default('coarse'),
  )
  .addOption(new Option('--plant <name>', 'breaks something, which the checker must see').choices(Object.keys(PLANTS)))
  .addOption(
    new Option('--disaster <name>', 'with --seed: befalls everybody at half of the time, in place of faults').choices(
      Object.keys(DISASTERS),
    ),
  )
  .option('--clients <n>', 'with --seed: in place of those of the profile', whole)
  .option('--gateways <n>', 'with --seed: in place of those of the profile', whole)
  .action(simulate)
  .parseAsync()
