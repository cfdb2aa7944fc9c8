/** Owns of which version of the schema a backup is: rows are restored into tables that this code makes. */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { StackProblem } from '../stack/problem.ts'

export interface SchemaVersions {
  /** The name of the newest file, and a hash over all of them. */
  readonly postgres: string
  readonly clickhouse: string
}

const FOLDERS = {
  postgres: new URL('../postgres/migrations/', import.meta.url),
  clickhouse: new URL('../clickhouse/schema/', import.meta.url),
} as const

export async function schemaVersions(): Promise<SchemaVersions> {
  const [postgres, clickhouse] = await Promise.all([versionOf(FOLDERS.postgres), versionOf(FOLDERS.clickhouse)])
  return { postgres, clickhouse }
}

async function versionOf(folder: URL): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const hash = createHash('sha256')
  for (const name of names) hash.update(`${name}\0`).update(await readFile(new URL(name, folder)))
  return `${names.at(-1)} ${hash.digest('hex').slice(0, 16)}`
}

/** @throws {StackProblem} when the backup is of another version of Segue than this. */
export function requireSameSchema(ours: SchemaVersions, theirs: SchemaVersions): void {
  for (const system of ['postgres', 'clickhouse'] as const) {
    if (ours[system] === theirs[system]) continue
    throw new StackProblem(
      `the backup has the schema ${theirs[system]} of ${system}, this Segue makes ${ours[system]}: restore with the version that made it, then upgrade`,
    )
  }
}
