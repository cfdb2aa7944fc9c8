/** Owns the command `segue royalties`: its subcommands and flags, what it prints, and its exit code. */

import { Command } from 'commander'
import { FileProblem } from '../plain-files/file-problem.ts'
import { benchCommand } from './bench/command.ts'
import { computeCommand } from './compute/command.ts'

const program = new Command('segue royalties').description('what artists are owed for a month').showHelpAfterError()
program.addCommand(computeCommand()).addCommand(benchCommand())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof FileProblem)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
