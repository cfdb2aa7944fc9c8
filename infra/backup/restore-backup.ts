/** Owns the restore of a backup onto empty servers, and all that is looked at before a byte is written. */

import { createClickHouse } from '../clickhouse/client.ts'
import type { ClickHouseConfig } from '../clickhouse/config.ts'
import { migrateClickHouse } from '../clickhouse/migrate.ts'
import type { Retention } from '../clickhouse/retention.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import type { PostgresConfig } from '../postgres/config.ts'
import { preparePostgres } from '../postgres/prepare.ts'
import { StackProblem } from '../stack/problem.ts'
import { type Buckets, filledBucket, restoreBuckets } from './buckets.ts'
import { filledClickHouseTable, restoreClickHouse } from './clickhouse-in.ts'
import type { BackupTarget } from './create-backup.ts'
import { eraseAgainWithin, eraseEventsAgain, requireErasureList } from './erasure-list.ts'
import { filesOf, type Manifest, openManifest } from './manifest.ts'
import { filledTable, restorePostgres } from './postgres-in.ts'
import { WHOLE_DAY_MS } from './postgres-out.ts'
import { requireSameSchema, schemaVersions } from './schema-versions.ts'
import { flawOf, openSealedFile } from './sealed-file.ts'

export interface EmptyServers {
  /** Addresses and passwords of roles. */
  readonly env: NodeJS.ProcessEnv
  readonly postgres: PostgresConfig
  readonly clickhouse: ClickHouseConfig
  readonly retention: Retention
  readonly buckets: Buckets
}

/** @throws {StackProblem} naming every file that is missing, cut or altered. */
export async function verifyBackup({ place, masterKeys, say }: BackupTarget, id: string): Promise<Manifest> {
  const manifest = await openManifest(place, masterKeys, id)
  const flaws: string[] = []
  let bytes = 0
  for (const file of filesOf(manifest)) {
    const flaw = await flawOf(place, id, file)
    if (flaw !== undefined) flaws.push(flaw)
    bytes += file.bytes
  }
  if (flaws.length > 0)
    throw new StackProblem([...flaws, `the backup ${id} cannot be restored: take another one`].join('\n'))
  say(`${id}: ${filesOf(manifest).length} files, ${(bytes / 1e6).toFixed(1)} MB, all as they were written`)
  return manifest
}

export async function restoreBackup(servers: EmptyServers, target: BackupTarget, id: string): Promise<Manifest> {
  const { place, masterKeys, say } = target
  const manifest = await openManifest(place, masterKeys, id)
  requireSameSchema(await schemaVersions(), manifest.schema)
  const erasures = await requireErasureList(place, masterKeys)
  await verifyBackup(target, id)
  const pool = createPool(servers.postgres.url, {
    applicationName: 'segue-restore',
    maxConnections: 1,
    queryTimeoutMs: WHOLE_DAY_MS,
    idleInTransactionMs: WHOLE_DAY_MS,
  })
  const clickhouse = createClickHouse(servers.clickhouse, { application: 'segue-restore' })
  const open = (name: string) => openSealedFile(place, id, name, manifest.identity)
  const timed = async (system: string, work: () => Promise<void>) => {
    const since = performance.now()
    await work()
    say(`${system}: restored in ${((performance.now() - since) / 1_000).toFixed(1)} s`)
  }
  try {
    await preparePostgres(servers.env)
    await migrateClickHouse(servers.clickhouse, servers.retention)
    await requireEmpty(pool, clickhouse, servers.buckets, manifest)
    // The books come last: while they are empty, what broke off is begun again on servers that were emptied.
    await timed('MinIO', () => restoreBuckets(servers.buckets, manifest.minio.buckets, open))
    await timed('ClickHouse', async () => {
      await restoreClickHouse(clickhouse, manifest.clickhouse.tables, open)
      await eraseEventsAgain(clickhouse, erasures)
    })
    await timed('PostgreSQL', () =>
      restorePostgres(pool, manifest.postgres, open, (client) => eraseAgainWithin(client, erasures)),
    )
  } finally {
    await clickhouse.close()
    await pool.end()
  }
  say(`as of ${manifest.takenAt}; erased again: ${erasures.erased.length}, of the list of ${erasures.writtenAt}`)
  return manifest
}

async function requireEmpty(
  pool: Pool,
  clickhouse: Parameters<typeof filledClickHouseTable>[0],
  buckets: Buckets,
  { minio }: Manifest,
): Promise<void> {
  const found: string[] = []
  const note = (what: string | undefined, where: string) => {
    if (what !== undefined) found.push(`${where} ${what}`)
  }
  note(await filledTable(pool), 'PostgreSQL has rows in')
  note(await filledClickHouseTable(clickhouse), 'ClickHouse has rows in')
  // A bucket that is not in the backup may be there, replicated.
  const roles = minio.buckets.map(({ role }) => role)
  note(await filledBucket(buckets, roles), 'MinIO has objects in')
  if (found.length === 0) return
  throw new StackProblem(
    `the servers are not empty: ${found.join(', ')}; no row was written: restore onto empty ones, or drop the databases and buckets`,
  )
}
