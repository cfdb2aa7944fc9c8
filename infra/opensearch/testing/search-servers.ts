/** Owns OpenSearch, and Debezium where it is wanted, for the tests that need them: beside the servers of the test stack. */

import { startOwnStack } from '../../stack/own-stack.ts'
import type { ExtraName } from '../../stack/part.ts'
import type { Stack } from '../../stack/stack.ts'

/** How long a start may take where other programs have the processors. */
export const SEARCH_SERVERS_WITHIN_MS = 300_000

export type SearchServers = Stack

/** @param stackEnv the addresses of the servers that are there already: none of them is started again. */
export async function startSearchServers(
  stackEnv: Readonly<Record<string, string>>,
  extras: readonly Extract<ExtraName, 'opensearch' | 'debezium'>[],
): Promise<SearchServers> {
  return await startOwnStack({ source: stackEnv, parts: 'needed', extras })
}
