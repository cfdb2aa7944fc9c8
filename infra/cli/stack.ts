/** Owns `segue stack`: what a start leaves out unless it is asked for, by name, with the servers it needs; without a name, everything. */

import { Argument, Command } from 'commander'
import { memoryTable } from '../stack/memory.ts'
import type { ExtraName, PartName } from '../stack/part.ts'
import { EXTRA_NAMES, PARTS } from '../stack/servers.ts'
import { runStack } from './run-stack.ts'
import { stackTestCommand } from './stack-test.ts'

const titles = Object.fromEntries(Object.entries(PARTS).map(([name, { title }]) => [name, title]))

export function stackCommand(): Command {
  return new Command('stack')
    .description('install and start the named servers, loaded, with those that they need; without a name, everything')
    .addArgument(new Argument('[names...]', 'what to start').choices(EXTRA_NAMES))
    .addCommand(stackTestCommand())
    .addHelpText(
      'after',
      `
Servers first, side by side; then what talks to them; Superset and Airflow last. While it runs, a page says how each part stands, at SEGUE_STATUS_PORT.
What each may take of the memory, and what holds it to that (Keycloak takes the place of the issuer):

${memoryTable(titles as Record<PartName, string>)}`,
    )
    .action(async (names: ExtraName[]) => {
      if (names.length === 0) await runStack({ parts: 'all', extras: EXTRA_NAMES, demo: true })
      else await runStack({ parts: 'needed', extras: names, demo: false })
    })
}
