/** Owns the restore of ClickHouse: rows into the tables that they were in, what views feed last, so that nothing is counted twice. */

import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { ClickHouseClient } from '../clickhouse/client.ts'
import { StackProblem } from '../stack/problem.ts'
import { clickhouseTables, rowsOf } from './clickhouse-out.ts'
import type { ClickHouseTable } from './manifest.ts'

/** A body is whole in the memory of both sides; hex and escapes are in it. */
const BODY_BYTES = 8 * 1024 * 1024
/** A body has rows of as many months as it has; rows of one key, which the engine would make one of, are each counted first. */
const SETTINGS = {
  max_partitions_per_insert_block: '0',
  date_time_input_format: 'basic',
  optimize_on_insert: 0,
  max_query_size: String(4 * BODY_BYTES),
} as const

/** The first table that has rows; undefined: it is empty, or not made yet. */
export async function filledClickHouseTable(client: ClickHouseClient): Promise<string | undefined> {
  for (const { name } of await clickhouseTables(client)) {
    if ((await countOf(client, name)) > 0) return name
  }
  return undefined
}

/** @param open opens a file of the backup */
export async function restoreClickHouse(
  client: ClickHouseClient,
  tables: readonly ClickHouseTable[],
  open: (name: string) => Promise<Readable>,
): Promise<void> {
  const fed = await fedByViews(client)
  const order = [...tables.filter(({ name }) => !fed.has(name)), ...tables.filter(({ name }) => fed.has(name))]
  for (const table of order) {
    // What its views made of the rows that were restored before is in the backup already.
    if (fed.has(table.name)) await client.command({ query: `TRUNCATE TABLE ${table.name} SYNC` })
    const rows = await insertRows(client, table, await open(table.file.name))
    if (rows === table.rows) continue
    throw new StackProblem(`${table.name}: ${rows} rows are there, and ${table.rows} were to be restored`)
  }
}

export async function countOf(client: ClickHouseClient, table: string): Promise<number> {
  return Number((await rowsOf<{ n: string }>(client, `SELECT toString(count()) AS n FROM ${table}`))[0]?.n)
}

async function fedByViews(client: ClickHouseClient): Promise<ReadonlySet<string>> {
  const views = await rowsOf<{ made: string }>(
    client,
    `SELECT create_table_query AS made FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'`,
  )
  return new Set(views.flatMap(({ made }) => / TO (?:\w+\.)?(\w+)/.exec(made)?.[1] ?? []))
}

/** @returns how many are in the table then: nothing is merged meanwhile, so that each is counted. */
async function insertRows(client: ClickHouseClient, table: ClickHouseTable, clear: Readable): Promise<number> {
  const insert = await insertOf(client, table)
  await client.command({ query: `SYSTEM STOP MERGES ${table.name}` })
  try {
    for await (const body of bodiesOf(clear)) {
      await client.command({ query: insert(body), clickhouse_settings: SETTINGS })
    }
    return await countOf(client, table.name)
  } finally {
    await client.command({ query: `SYSTEM START MERGES ${table.name}` })
  }
}

/** States come as text in hex, and are rows of a table function for that, which takes them as text in the statement. */
async function insertOf(
  client: ClickHouseClient,
  { name, columns, states }: ClickHouseTable,
): Promise<(body: string) => string> {
  const into = `INSERT INTO ${name} (${columns.join(', ')})`
  if (Object.keys(states).length === 0) return (body) => `${into} FORMAT JSONEachRow\n${body}`
  const found = await rowsOf<{ name: string; type: string }>(
    client,
    'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {name:String}',
    { name },
  )
  const types = new Map(found.map((column) => [column.name, column.type]))
  const given = columns.map((column) => `${column} ${states[column] === undefined ? types.get(column) : 'String'}`)
  const taken = columns.map((column) =>
    states[column] === undefined ? column : `CAST(unhex(${column}), ${literal(states[column])})`,
  )
  const from = `${into} SELECT ${taken.join(', ')} FROM format(JSONEachRow, ${literal(given.join(', '))}, `
  // A word that no row can hold by chance.
  const mark = `$r${randomBytes(12).toString('hex')}$`
  return (body) => `${from}${mark}${body}${mark})`
}

const literal = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`

/** Whole lines, as many as one body holds. */
async function* bodiesOf(clear: Readable): AsyncGenerator<string> {
  let held: Buffer[] = []
  let size = 0
  let rest = Buffer.alloc(0)
  for await (const chunk of clear as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(10) + 1
    rest = bytes.subarray(end)
    held.push(bytes.subarray(0, end))
    size += end
    if (size < BODY_BYTES) continue
    yield Buffer.concat(held).toString()
    ;[held, size] = [[], 0]
  }
  if (rest.length > 0) throw new StackProblem('a file of ClickHouse ends in the middle of a row')
  if (size > 0) yield Buffer.concat(held).toString()
}
