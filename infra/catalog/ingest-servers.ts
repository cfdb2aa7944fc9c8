/** Owns reaching the servers that an ingest writes to: schema, bucket and users are made when they are not there. */

import { createMinioClient } from '../minio/client.ts'
import { minioConfig } from '../minio/config.ts'
import { prepareStore } from '../minio/prepare.ts'
import { createPool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { preparePostgres } from '../postgres/prepare.ts'
import { readEnv } from '../runtime/env.ts'
import { createAudioStore } from './audio-store.ts'
import type { IngestServers } from './ingest-track.ts'

/** Runs `work` with connections to the servers that `env` names, and closes them. */
export async function withIngestServers<T>(
  env: NodeJS.ProcessEnv,
  work: (servers: IngestServers) => Promise<T>,
): Promise<T> {
  const config = readEnv(env, (read) => ({
    admin: postgresConfig(read, 'admin'),
    catalog: postgresConfig(read, 'catalog'),
    minio: minioConfig(read, 'catalog'),
  }))
  await reached('PostgreSQL', config.admin.url.reveal(), preparePostgres(env))
  await reached('the object store', config.minio.url, prepareStore(env))
  const minio = createMinioClient(config.minio)
  const pool = createPool(config.catalog.url, { applicationName: 'segue-ingest' })
  try {
    return await work({ pool, store: createAudioStore(minio, config.minio.bucket) })
  } finally {
    await pool.end()
  }
}

/** Says in words that nothing listens, which the clients tell by a code alone. */
async function reached(name: string, url: string, answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED')) throw cause
    throw new Error(`${name} does not answer at ${new URL(url).host}: start it with npm start`, { cause })
  }
}
