/** Owns `segue stack`: what a start leaves out unless it is asked for, by name, with the servers it needs; without a name, everything. */

import { Argument, Command } from 'commander'
import type { ExtraName } from '../stack/part.ts'
import { EXTRA_NAMES } from '../stack/servers.ts'
import { runStack } from './run-stack.ts'

export function stackCommand(): Command {
  return new Command('stack')
    .description('install and start the named servers, loaded, with those that they need; without a name, everything')
    .addArgument(new Argument('[names...]', 'what to start').choices(EXTRA_NAMES))
    .action(async (names: ExtraName[]) => {
      if (names.length === 0) await runStack({ parts: 'all', extras: EXTRA_NAMES, demo: true })
      else await runStack({ parts: 'needed', extras: names, demo: false })
    })
}
