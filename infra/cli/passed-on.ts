/** Owns the run of a program that lies in a room that infra may not import: a process of its own, at this terminal, ended when this one is asked to stop. */

import { spawn } from 'node:child_process'
import { nodeProgram } from '../stack/node-program.ts'
import { exitCodeOf } from './exit-code.ts'
import { onInterruption } from './interruption.ts'

/** @returns its exit code, as a shell has it. @param env above this process's own */
export async function passOn(
  program: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const launch = nodeProgram(program, env)
  const child = spawn(launch.command, [...launch.args, ...flags], { env: launch.env, stdio: 'inherit' })
  // The program stops its servers on a signal of its own; this process only waits for it.
  const interruption = onInterruption(() => child.kill('SIGKILL'))
  interruption.signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  try {
    return await exitCodeOf(child)
  } finally {
    interruption.end()
  }
}
