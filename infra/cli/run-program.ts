/** Owns the run of a command line: what the person at it can mend is said in lines, anything else is a defect and thrown. */

import type { Command } from 'commander'
import { ConfigError } from '../runtime/env.ts'
import { StackProblem } from '../stack/problem.ts'

export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    if (!(error instanceof StackProblem || error instanceof ConfigError)) throw error
    for (const line of error.message.split('\n')) console.error(`${program.name()}: ${line}`)
    process.exitCode = 1
  }
}
