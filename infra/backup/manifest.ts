/** Owns what a backup says of itself. It is written last: a folder without one is no backup. It is sealed, and holds the hashes of all files and the key that opens them. */

import type { MasterKeys } from '../personal/master-keys.ts'
import { StackProblem } from '../stack/problem.ts'
import { openSealed, putSealed } from './envelope.ts'
import type { Place } from './place.ts'
import type { SchemaVersions } from './schema-versions.ts'
import type { SealedFile } from './sealed-file.ts'

export const FORMAT = 1
const MANIFEST = 'manifest.json'
/** As 2026-11-30T03-15-00Z: names sort as their times do, in folders and buckets. */
const ID = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$/

export interface PostgresTable {
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly file: SealedFile
}

export interface PostgresSequence {
  readonly name: string
  readonly last: string
  readonly isCalled: boolean
}

export interface ClickHouseTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Columns that hold states of aggregates, by their type: in hex. */
  readonly states: Readonly<Record<string, string>>
  readonly rows: number
  readonly file: SealedFile
}

/** Which of ours a bucket is: it may have another name where it is restored. */
export type BucketRole = 'reports' | 'audio'

export interface BucketCopy {
  readonly role: BucketRole
  readonly objects: number
  /** Of the objects, in clear. */
  readonly bytes: number
  readonly file: SealedFile
}

export interface Manifest {
  readonly format: typeof FORMAT
  readonly id: string
  /** UTC. What was committed in PostgreSQL before is in it, and nothing that came later. */
  readonly takenAt: string
  readonly endedAt: string
  readonly schema: SchemaVersions
  /** Opens the files, by this or any other implementation of age. */
  readonly identity: string
  readonly postgres: {
    readonly tables: readonly PostgresTable[]
    /** By table that is cut by month: which months, as 2026-11. */
    readonly months: Readonly<Record<string, readonly string[]>>
    readonly sequences: readonly PostgresSequence[]
  }
  readonly clickhouse: { readonly tables: readonly ClickHouseTable[] }
  readonly minio: { readonly buckets: readonly BucketCopy[] }
}

export const idOf = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
/** NaN: no backup has that name. */
export const timeOf = (id: string): number =>
  !ID.test(id) ? Number.NaN : Date.parse(`${id.slice(0, 10)}T${id.slice(11, -1).replaceAll('-', ':')}Z`)

const aboutBackup = (id: string): string => `backup:${id}`

export function filesOf({ postgres, clickhouse, minio }: Manifest): readonly SealedFile[] {
  return [...postgres.tables, ...clickhouse.tables, ...minio.buckets].map(({ file }) => file)
}

export async function putManifest(place: Place, masterKeys: MasterKeys, manifest: Manifest): Promise<void> {
  const { id } = manifest
  await putSealed(place, `${id}/${MANIFEST}`, { masterKeys, about: aboutBackup(id), value: manifest })
}

/** @throws {StackProblem} when there is none of that id, or none that can be read. */
export async function openManifest(place: Place, masterKeys: MasterKeys, id: string): Promise<Manifest> {
  const value = await openSealed(place, `${id}/${MANIFEST}`, { masterKeys, about: aboutBackup(id) })
  if (value === undefined) {
    throw new StackProblem(`there is no backup ${id} in ${place.title}: segue backup list says which there are`)
  }
  const manifest = value as Manifest
  if (manifest.format !== FORMAT) {
    throw new StackProblem(`the backup ${id} has format ${manifest.format}, this is a Segue of format ${FORMAT}`)
  }
  return manifest
}

/** Of whole backups, the oldest first; what else lies there is none, or none yet. */
export async function backupIds(place: Place): Promise<readonly string[]> {
  const names = await place.list('')
  return names.filter(isManifest).map((name) => name.slice(0, name.indexOf('/')))
}

export function isManifest(name: string): boolean {
  const [id = '', file, ...more] = name.split('/')
  return ID.test(id) && file === MANIFEST && more.length === 0
}
