/** Owns bringing ClickHouse's schema up to date: the numbered files of `schema/`, in order, each once. */

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { type ClickHouseClient, createClickHouse } from './client.ts'
import type { ClickHouseConfig } from './config.ts'
import { applyRetention, type Retention } from './retention.ts'

const SCHEMA = new URL('./schema/', import.meta.url)
const FILE_NAME = /^(\d{3})\.[a-z0-9-]+\.sql$/
const DATABASE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

interface SchemaFile {
  readonly name: string
  readonly sql: string
  readonly hash: string
}

/**
 * Makes the database of the URL and applies what is missing, and what is to be kept how long; applying again does nothing.
 * Each statement must be one that may be run twice: a crash between a file and its note runs the file again.
 * @returns the names of the files applied now.
 * @throws {Error} when a file that was applied has been edited since.
 */
export async function migrateClickHouse(config: ClickHouseConfig, keepDays: Retention = new Map()): Promise<string[]> {
  await createDatabase(config)
  const client = createClickHouse(config, { application: 'segue-migrate' })
  try {
    await client.command({
      query: `CREATE TABLE IF NOT EXISTS schema_version
        (name String, hash String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
        ENGINE = MergeTree ORDER BY name`,
    })
    const applied = await appliedHashes(client)
    const now: string[] = []
    for (const file of await schemaFiles()) {
      const hash = applied.get(file.name)
      if (hash !== undefined && hash !== file.hash) {
        throw new Error(`${file.name} was edited after it was applied: put the change in a file of its own`)
      }
      if (hash !== undefined) continue
      for (const query of statementsOf(file.sql)) await client.command({ query })
      await client.insert({
        table: 'schema_version',
        columns: ['name', 'hash'],
        values: [{ name: file.name, hash: file.hash }],
        format: 'JSONEachRow',
      })
      now.push(file.name)
    }
    await applyRetention(client, keepDays)
    return now
  } finally {
    await client.close()
  }
}

async function createDatabase(config: ClickHouseConfig): Promise<void> {
  const database = new URL(config.url.reveal()).pathname.slice(1)
  if (!DATABASE_NAME.test(database)) throw new Error('SEGUE_CLICKHOUSE_URL must end with /<database>')
  const client = createClickHouse(config, { database: 'default', application: 'segue-migrate' })
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` })
  } finally {
    await client.close()
  }
}

async function appliedHashes(client: ClickHouseClient): Promise<Map<string, string>> {
  const result = await client.query({ query: 'SELECT name, hash FROM schema_version', format: 'JSONEachRow' })
  const rows = await result.json<{ name: string; hash: string }>()
  return new Map(rows.map(({ name, hash }) => [name, hash]))
}

async function schemaFiles(): Promise<SchemaFile[]> {
  const names = (await readdir(SCHEMA)).filter((name) => FILE_NAME.test(name)).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, SCHEMA), 'utf8')
      return { name, sql, hash: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** A schema file ends each statement with `;` at the end of a line; ClickHouse takes them one by one. */
function statementsOf(sql: string): string[] {
  return sql
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replaceAll(/^\s*--.*$/gm, '').trim() !== '')
}
