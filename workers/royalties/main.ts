/** Owns the command `segue royalties`: its subcommands and flags, what it prints, and its exit code. */

import { Command } from 'commander'
import { ConfigError } from '../../infra/runtime/env.ts'
import { StackProblem } from '../../infra/stack/problem.ts'
import { FileProblem } from '../plain-files/file-problem.ts'
import { benchCommand } from './bench/command.ts'
import { computeCommand } from './compute/command.ts'
import { explainCommand } from './explain/command.ts'
import { ledgerBenchCommand } from './ledger-bench/command.ts'
import { reconcileCommand } from './reconcile/command.ts'

const program = new Command('segue royalties').description('what artists are owed for a month').showHelpAfterError()
program
  .addCommand(computeCommand())
  .addCommand(benchCommand())
  .addCommand(reconcileCommand())
  .addCommand(explainCommand())
  .addCommand(ledgerBenchCommand())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof FileProblem || error instanceof StackProblem || error instanceof ConfigError)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
