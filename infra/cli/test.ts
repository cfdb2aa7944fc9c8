/** Owns `segue test`: installs what the tests need, then hands over to vitest. */

import { type ChildProcess, spawn } from 'node:child_process'
import { cpus, setPriority, totalmem } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Command } from 'commander'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { exitCodeOf } from './exit-code.ts'
import { installForTests } from './install.ts'
import { onInterruption } from './interruption.ts'
import { fitSideBySide, LANES, type Lane, PURE } from './test-lanes.ts'

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
  const run = (lane: Lane) => (signal.aborted ? Promise.resolve(0) : runLane(lane, running))
  const codes = [await run(PURE)]
  if (fitSideBySide(cpus().length, totalmem())) codes.push(...(await Promise.all(LANES.map(run))))
  else for (const lane of LANES) codes.push(await run(lane))
  return codes.find((code) => code !== 0) ?? 0
}

async function runLane({ name, args, niceness }: Lane, running: Set<ChildProcess>): Promise<number> {
  const child = vitest(args, 'pipe')
  if (niceness !== 0 && child.pid !== undefined) setPriority(child.pid, niceness)
  const lines = [passOn(child.stdout, name), passOn(child.stderr, name)]
  const code = await untilDone(child, running)
  await Promise.all(lines)
  return code
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
