/** Owns `segue test`: installs what the tests need, then hands over to vitest. */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, setPriority, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Command } from 'commander'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { exitCodeOf } from './exit-code.ts'
import { installForTests } from './install.ts'
import { onInterruption } from './interruption.ts'
import { fitSideBySide, LANES, type Lane, PURE, tryAgain } from './test-lanes.ts'
import { cutShort, filesToTryAgain, judge, type Results, resultsOf, told } from './test-results.ts'

const VITEST = join(PROJECT_ROOT, 'node_modules', 'vitest', 'vitest.mjs')

export function testCommand(): Command {
  return new Command('test')
    .description('run the tests, those against real servers included, on ports and folders of their own')
    .argument('[vitest...]', 'passed on to vitest: names of files, -t <title>, --project unit …')
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      await installForTests()
      const running = new Set<ChildProcess>()
      // vitest stops its servers on a signal of its own; this process only waits for it.
      const { signal } = onInterruption(() => signalAll(running, 'SIGKILL'))
      signal.addEventListener('abort', () => signalAll(running, 'SIGTERM'), { once: true })
      process.exitCode =
        args.length > 0 ? await untilDone(vitest(args, 'inherit'), running) : await runAll(running, signal)
    })
}

function signalAll(running: ReadonlySet<ChildProcess>, name: NodeJS.Signals): void {
  for (const child of running) child.kill(name)
}

/** Every part runs, whatever became of the one before; none begins that nobody waits for any more. */
async function runAll(running: Set<ChildProcess>, signal: AbortSignal): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-results-'))
  try {
    const run = async (lane: Lane) =>
      signal.aborted ? cutShort(lane.name, 'not begun') : await runLane(lane, running, folder)
    const ended = [await run(PURE)]
    if (fitSideBySide(cpus().length, totalmem())) ended.push(...(await Promise.all(LANES.map(run))))
    else for (const lane of LANES) ended.push(await run(lane))
    return await exitCodeAfter(ended, run)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/**
 * What failed is told at the end, where it is read. A few files that failed are run once more, alone, on fresh servers:
 * what passes there is named as unsteady and fails no run, since a machine that others use at the same time stands still at times.
 */
async function exitCodeAfter(ended: readonly Results[], run: (lane: Lane) => Promise<Results>): Promise<number> {
  const failures = ended.flatMap((results) => results.failures)
  const files = filesToTryAgain(failures)
  const judged = files.length > 0 ? judge(failures, (await run(tryAgain(files))).failures) : undefined
  const { unsteady, broken } = judged ?? { unsteady: [], broken: failures }
  for (const failure of unsteady) console.log(`UNSTEADY: ${told(failure)}`)
  for (const failure of broken) console.log(`FAILED: ${told(failure)}`)
  const passed = ended.reduce((sum, results) => sum + results.passed, unsteady.length)
  console.log(`${passed} passed, ${broken.length} failed`)
  return broken.length > 0 ? 1 : 0
}

async function runLane({ name, args, niceness }: Lane, running: Set<ChildProcess>, folder: string): Promise<Results> {
  const report = join(folder, `${name}.json`)
  const child = vitest(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], 'pipe')
  if (niceness !== 0 && child.pid !== undefined) setPriority(child.pid, niceness)
  const lines = [passOn(child.stdout, name), passOn(child.stderr, name)]
  const code = await untilDone(child, running)
  await Promise.all(lines)
  if (!existsSync(report)) return cutShort(name, `ended with ${code} before it could tell its results`)
  const results = resultsOf(await readFile(report, 'utf8'))
  // An error outside of all tests fails vitest, and is in its output alone.
  return code !== 0 && results.failures.length === 0 ? cutShort(name, `ended with ${code}, see above`) : results
}

/** Line by line, so that two lanes do not write into each other's. */
async function passOn(output: Readable | null, name: string): Promise<void> {
  if (output === null) return
  for await (const line of createInterface({ input: output })) console.log(`${name} | ${line}`)
}

function vitest(args: readonly string[], stdio: 'inherit' | 'pipe'): ChildProcess {
  return spawn(process.execPath, [VITEST, 'run', ...args], { cwd: PROJECT_ROOT, stdio: ['ignore', stdio, stdio] })
}

/** @returns its exit code, as a shell has it */
async function untilDone(child: ChildProcess, running: Set<ChildProcess>): Promise<number> {
  running.add(child)
  try {
    return await exitCodeOf(child)
  } finally {
    running.delete(child)
  }
}
