/** Owns commands whose program lies in a room that infra may not import, load-tests or workers: each is a process of its own, its arguments passed through. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Command } from 'commander'
import { nodeProgram } from '../stack/node-program.ts'
import { onInterruption } from './interruption.ts'

export interface LoadTestCommand {
  readonly name: string
  readonly description: string
  /** Relative to the project. */
  readonly program: string
}

/** Its own `--help` is the program's. */
export function loadTestCommand({ name, description, program }: LoadTestCommand): () => Command {
  return () =>
    new Command(name)
      .description(description)
      .argument('[flags...]', 'passed on: --help shows them')
      .helpOption(false)
      .allowUnknownOption()
      .passThroughOptions()
      .action(async (flags: string[]) => {
        process.exitCode = await run(program, flags)
      })
}

async function run(program: string, flags: readonly string[]): Promise<number> {
  const { command, args, env } = nodeProgram(program, {})
  const child = spawn(command, [...args, ...flags], { env, stdio: 'inherit' })
  // The program stops its servers on a signal of its own; this process only waits for it.
  const interruption = onInterruption(() => child.kill('SIGKILL'))
  interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })
}
