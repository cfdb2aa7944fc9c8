/** Owns the command `segue royalties`: its subcommands and flags, what it prints, and its exit code. */

import { Command } from 'commander'
import { ConfigError } from '../../infra/runtime/env.ts'
import { StackProblem } from '../../infra/stack/problem.ts'
import { FileProblem } from '../plain-files/file-problem.ts'
import { benchCommand } from './bench/command.ts'
import { correctCommand, reverseCommand, voidCommand } from './by-hand/commands.ts'
import { closeCommand } from './close/command.ts'
import { closeBenchCommand } from './close-bench/command.ts'
import { computeCommand } from './compute/command.ts'
import { crossCheckCommand } from './cross-check/command.ts'
import { demoMonthCommand } from './demo-month/command.ts'
import { explainCommand } from './explain/command.ts'
import { exportCommand } from './export/command.ts'
import { ledgerBenchCommand } from './ledger-bench/command.ts'
import { reconcileCommand } from './reconcile/command.ts'

const commands = [
  closeCommand,
  crossCheckCommand,
  exportCommand,
  explainCommand,
  reconcileCommand,
  reverseCommand,
  voidCommand,
  correctCommand,
  demoMonthCommand,
  computeCommand,
  benchCommand,
  ledgerBenchCommand,
  closeBenchCommand,
]
const program = new Command('segue royalties').description('what artists are owed for a month').showHelpAfterError()
for (const command of commands) program.addCommand(command())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof FileProblem || error instanceof StackProblem || error instanceof ConfigError)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
