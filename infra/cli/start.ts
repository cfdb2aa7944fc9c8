/** Owns `segue start`: the whole stack up, but for what is started by name. */

import { Command } from 'commander'
import { runStack } from './run-stack.ts'

export function startCommand(): Command {
  return new Command('start')
    .description('install what is missing, start every server, the gateway and the workers, and load the demo catalog')
    .option('--no-demo', 'leave an empty catalog empty')
    .action(async ({ demo }: { readonly demo: boolean }) => await runStack({ parts: 'all', extras: [], demo }))
}
