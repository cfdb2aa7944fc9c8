/** Owns the search for text in the files of the servers of a stack, as bytes, after each has written what it holds. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from '../../../postgres/client.ts'

const SERVERS = ['postgres', 'kafka', 'clickhouse', 'redis', 'minio', 'opensearch', 'keycloak'] as const
export type SearchedServer = (typeof SERVERS)[number]

/** Of which servers a file has one of the texts. */
export async function serversWith(
  dataDir: string,
  postgres: Pool,
  texts: readonly string[],
): Promise<readonly SearchedServer[]> {
  await postgres.query('CHECKPOINT')
  await postgres.query('SELECT pg_switch_wal()')
  const found: SearchedServer[] = []
  for (const server of SERVERS) if (await hasText(join(dataDir, server), texts)) found.push(server)
  return found
}

async function hasText(folder: string, texts: readonly string[]): Promise<boolean> {
  for (const path of await readdir(folder, { recursive: true })) {
    const file = join(folder, path)
    // Servers delete files while they are looked at.
    const bytes = await stat(file)
      .then((found) => (found.isFile() ? readFile(file) : undefined))
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      })
    if (bytes !== undefined && texts.some((text) => bytes.includes(text))) return true
  }
  return false
}
