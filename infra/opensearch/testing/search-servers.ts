/** Owns OpenSearch, and Debezium where it is wanted, for the tests that need them: beside the servers of the test stack, in a folder that goes with them. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../../stack/folders.ts'
import type { ExtraName } from '../../stack/part.ts'
import { freePorts } from '../../stack/ports.ts'
import { silentScreen } from '../../stack/screen.ts'
import { type Stack, startStack } from '../../stack/stack.ts'

/** How long a start may take where other programs have the processors. */
export const SEARCH_SERVERS_WITHIN_MS = 300_000

export type SearchServers = Pick<Stack, 'env' | 'kill' | 'restart' | 'stop'>

/** @param stackEnv the addresses of the servers that are there already: none of them is started again. */
export async function startSearchServers(
  stackEnv: Readonly<Record<string, string>>,
  extras: readonly Extract<ExtraName, 'opensearch' | 'debezium'>[],
): Promise<SearchServers> {
  const dataDir = await mkdtemp(join(tmpdir(), 'segue-search-'))
  const forget = () => rm(dataDir, { recursive: true, force: true })
  try {
    const stack = await startStack({
      dataDir,
      cacheDir: cacheFolder(process.env),
      ports: await freePorts(),
      source: stackEnv,
      parts: 'needed',
      extras,
      screen: silentScreen,
      onDeath: ({ title, tail }) => console.error(`${title} ended by itself:\n${tail.join('\n')}`),
    })
    return {
      env: stack.env,
      kill: stack.kill,
      restart: stack.restart,
      async stop() {
        await stack.stop()
        await forget()
      },
    }
  } catch (error) {
    await forget()
    throw error
  }
}
