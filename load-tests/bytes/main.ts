/** Owns the command `npm run bytes`: its flags, its progress, and its exit code. */

import { cpus } from 'node:os'
import { Command } from 'commander'
import { onInterruption } from '../../infra/cli/interruption.ts'
import { runProgram } from '../../infra/cli/run-program.ts'
import { wholeNumber } from '../../infra/cli/whole-number.ts'
import { createScreen, type Screen } from '../../infra/stack/screen.ts'
import { longRun } from './long-run.ts'
import { growthBytes, mib } from './memory.ts'
import { socketRunOnOwnStack } from './socket-stack.ts'

interface Flags {
  readonly frames: number
  readonly socketFrames: number
  readonly seed: number
}

const whole = wholeNumber(0)

const counted = (value: number) => value.toLocaleString('en')

async function bytes(flags: Flags): Promise<void> {
  const screen = createScreen(process.stdout)
  const interruption = onInterruption(screen.line)
  const replay = `npm run bytes -- --frames ${flags.frames} --socket-frames ${flags.socketFrames} --seed ${flags.seed}`
  screen.line(`seed ${flags.seed} on ${cpus().length} × ${cpus()[0]?.model}; the same again: ${replay}`)
  try {
    const problems = [
      ...(flags.frames > 0 ? await inProcess(flags, screen, interruption.signal) : []),
      ...(flags.socketFrames > 0 ? await overSockets(flags, screen, interruption.signal) : []),
    ]
    if (problems.length === 0) return
    screen.line(`\n${problems.length} problems; to see them again: ${replay}`)
    for (const problem of problems) screen.line(`  ✗ ${problem}`)
    process.exitCode = 1
  } catch (error) {
    if (interruption.signal.aborted) process.exitCode = interruption.exitCode
    else throw error
  } finally {
    screen.close()
    interruption.end()
  }
}

async function inProcess({ frames, seed }: Flags, screen: Screen, signal: AbortSignal): Promise<readonly string[]> {
  const step = screen.step('frames in process')
  const run = await longRun({
    frames,
    seed,
    signal,
    progress: (done) => step.note(`${counted(done)} of ${counted(frames)}`),
  })
  step.done(
    `${counted(frames)} in ${run.samples.length} processes, ${counted(Math.round(frames / run.seconds))} a second`,
  )
  for (const line of run.outcomes.lines()) screen.line(line)
  for (const [part, samples] of run.samples.entries()) {
    const [first, last] = [samples[0], samples.at(-1)]
    if (first === undefined || last === undefined) continue
    const heap = `heap ${mib(first.heap_bytes)} to ${mib(last.heap_bytes)}, trend ${mib(growthBytes(samples, 'heap_bytes'))}`
    const rss = `process ${mib(first.rss_bytes)} to ${mib(last.rss_bytes)}, trend ${mib(growthBytes(samples, 'rss_bytes'))}`
    screen.line(`memory of process ${part + 1}, ${counted(last.frames)} frames: ${heap}; ${rss}`)
  }
  return run.problems
}

async function overSockets(
  { socketFrames, seed }: Flags,
  screen: Screen,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { lines, problems } = await socketRunOnOwnStack({ frames: socketFrames, seed, screen, signal })
  for (const line of lines) screen.line(line)
  return problems
}

const program = new Command('bytes')
  .description(
    'offer frames from hell to the decoder and the dispatch of the gateway, in process, and to a real gateway over sockets.\n' +
      'Whatever is no row of the tables fails, is shown in hex, and is kept in load-tests/bytes/corpus for the tests.',
  )
  .option('--frames <n>', 'in process', whole, 10_000_000)
  .option('--socket-frames <n>', 'to a real gateway, with a stack of its own', whole, 200_000)
  .option('--seed <n>', 'of the frames', whole, Date.now() % 1_000_000)
  .showHelpAfterError('(--help shows what there is)')
  .action(bytes)

await runProgram(program)
