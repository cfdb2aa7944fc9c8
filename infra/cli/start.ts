/** Owns `segue start`: the whole stack up, but for what is started by name. */

import { Command } from 'commander'
import { runStack } from './run-stack.ts'

interface StartOptions {
  readonly demo: boolean
  readonly search: boolean
  readonly keycloak?: boolean
}

export function startCommand(): Command {
  return new Command('start')
    .description('install what is missing, start every server, the gateway and the workers, and load the demo catalog')
    .option('--no-demo', 'leave an empty catalog empty')
    .option('--keycloak', 'sign people in at Keycloak, with passwords, in place of the development issuer')
    .option('--no-search', 'without OpenSearch and Debezium: half the memory, and nothing can be searched for')
    .action(
      async ({ demo, search, keycloak = false }: StartOptions) =>
        await runStack({
          parts: 'all',
          extras: [
            ...(search ? (['opensearch', 'debezium'] as const) : []),
            ...(keycloak ? (['keycloak'] as const) : []),
          ],
          demo,
        }),
    )
}
