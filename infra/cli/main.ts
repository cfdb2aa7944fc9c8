/** Owns the command line `segue`: which commands there are, and how their failures are said. */

import { Command } from 'commander'
import { ingestCommand } from '../catalog/ingest-command.ts'
import { demoCommand } from '../demo/demo-command.ts'
import { ConfigError } from '../runtime/env.ts'
import { dataFolder } from '../stack/folders.ts'
import { StackProblem } from '../stack/problem.ts'
import { installCommand } from './install.ts'
import { resetCommand } from './reset.ts'
import { useStackEnvironment } from './stack-environment.ts'
import { startCommand } from './start.ts'
import { testCommand } from './test.ts'

/** Commands that talk to running servers, and so need their addresses. */
const NEED_ADDRESSES: readonly string[] = ['ingest', 'demo']

const program = new Command('segue')
  .description('A real-time gateway for music streaming: servers, audio and tests, by one command each.')
  .enablePositionalOptions()
  .showHelpAfterError('(--help shows what there is)')
  .hook('preAction', async (_, command) => {
    if (NEED_ADDRESSES.includes(command.name())) await useStackEnvironment(dataFolder(process.env))
  })
const commands = [startCommand, testCommand, resetCommand, installCommand, ingestCommand, demoCommand]
for (const command of commands) program.addCommand(command())

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof StackProblem || error instanceof ConfigError)) throw error
  for (const line of error.message.split('\n')) console.error(`segue: ${line}`)
  process.exitCode = 1
}
