/** Owns the taking of a backup: the list of erasures, PostgreSQL, then what its rows speak of, and the manifest last. */

import type { Readable } from 'node:stream'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import type { ClickHouseClient } from '../clickhouse/client.ts'
import type { MasterKeys } from '../personal/master-keys.ts'
import type { Pool } from '../postgres/client.ts'
import { type Buckets, backUpBuckets } from './buckets.ts'
import { backUpClickHouse } from './clickhouse-out.ts'
import { writeErasureList } from './erasure-list.ts'
import { backupIds, FORMAT, idOf, isManifest, type Manifest, putManifest, timeOf } from './manifest.ts'
import type { Place } from './place.ts'
import { backUpPostgres } from './postgres-out.ts'
import { schemaVersions } from './schema-versions.ts'
import { putSealedFile } from './sealed-file.ts'

export interface BackupStores {
  readonly postgres: Pool
  readonly clickhouse: ClickHouseClient
  readonly buckets: Buckets
}

export interface BackupTarget {
  readonly place: Place
  readonly masterKeys: MasterKeys
  say(line: string): void
}

const MB = 1e6

export async function createBackup(
  stores: BackupStores,
  { place, masterKeys, say }: BackupTarget,
  options: { readonly withAudio: boolean },
): Promise<Manifest> {
  const id = idOf(new Date())
  try {
    return await take(id, stores, { place, masterKeys, say }, options)
  } catch (cause) {
    // As large as a whole one, and of no use. Where the place is away as well, it goes with the old ones.
    const isGone = removeAll(place, `${id}/`).then(
      () => true,
      () => false,
    )
    if (!(await isGone)) say(`what was written of ${id} could not be removed`)
    throw cause
  }
}

async function removeAll(place: Place, prefix: string): Promise<void> {
  for (const name of await place.list(prefix)) await place.remove(name)
}

async function take(
  id: string,
  stores: BackupStores,
  { place, masterKeys, say }: BackupTarget,
  options: { readonly withAudio: boolean },
): Promise<Manifest> {
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const put = (name: string, clear: Readable) => putSealedFile(place, id, { name, recipient, clear })
  const timed = async <T>(system: string, work: Promise<T>, measure: (done: T) => string): Promise<T> => {
    const since = performance.now()
    const done = await work
    say(`${system}: ${measure(done)} in ${((performance.now() - since) / 1_000).toFixed(1)} s`)
    return done
  }
  await writeErasureList(stores.postgres, place, masterKeys)
  const schema = await schemaVersions()
  const { takenAt, postgres } = await timed('PostgreSQL', backUpPostgres(stores.postgres, put), (done) =>
    told(done.postgres.tables),
  )
  // What a row of PostgreSQL names was written before it: read after it, it is there.
  const clickhouse = await timed('ClickHouse', backUpClickHouse(stores.clickhouse, put), told)
  const roles = options.withAudio ? (['reports', 'audio'] as const) : (['reports'] as const)
  const buckets = await timed('MinIO', backUpBuckets(stores.buckets, roles, put), (copies) => {
    const objects = copies.reduce((sum, copy) => sum + copy.objects, 0)
    const bytes = copies.reduce((sum, copy) => sum + copy.bytes, 0)
    return `${objects} objects, ${(bytes / MB).toFixed(1)} MB`
  })
  const manifest: Manifest = {
    format: FORMAT,
    id,
    takenAt: takenAt.toISOString(),
    endedAt: new Date().toISOString(),
    schema,
    identity,
    postgres,
    clickhouse: { tables: clickhouse },
    minio: { buckets },
  }
  await putManifest(place, masterKeys, manifest)
  return manifest
}

function told(tables: readonly { readonly rows: number; readonly file: { readonly bytes: number } }[]): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const bytes = tables.reduce((sum, { file }) => sum + file.bytes, 0)
  return `${rows} rows of ${tables.length} tables, ${(bytes / MB).toFixed(1)} MB`
}

/** Backups that are older than so many days, and what broke off before them; the newest stays whatever its age. Returns which were whole. */
export async function removeOldBackups(place: Place, keepDays: number, now: number): Promise<readonly string[]> {
  const whole = await backupIds(place)
  const newest = whole.at(-1)
  const isOld = (id: string) => timeOf(id) < now - keepDays * 86_400_000
  const names = await place.list('')
  // The manifest first: what is removed in part is no backup.
  for (const name of [...names.filter(isManifest), ...names.filter((one) => !isManifest(one))]) {
    const [id = ''] = name.split('/')
    // No backup, but a file that lies beside them.
    if (!name.includes('/') || Number.isNaN(timeOf(id))) continue
    if (id !== newest && isOld(id)) await place.remove(name)
  }
  return whole.filter((id) => id !== newest && isOld(id))
}
