/** Owns what of ClickHouse is backed up: all rows of all tables as JSONEachRow, states of aggregates in hex, page by page along the sorting key. */

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ClickHouseClient } from '../clickhouse/client.ts'
import type { ClickHouseTable } from './manifest.ts'
import { rowsName, type SealedFile } from './sealed-file.ts'

/** What the migrations make and note by themselves. */
export const APPLIED = 'schema_version'
/** How far passes have come is read before what they have made: a pass that runs meanwhile is done again, and not left out. */
const FIRST: readonly string[] = ['rollup_passes', 'closed_hours', 'late_events', 'touched_minutes']
/** An answer is whole in the memory of both sides. */
const PAGE_BYTES = 16 * 1024 * 1024
const MOST_ROWS = 200_000
const FEWEST_ROWS = 100
const LF = 0x0a

export interface Column {
  readonly name: string
  readonly type: string
}

export interface TableShape {
  readonly name: string
  readonly columns: readonly Column[]
  readonly key: readonly Column[]
  readonly rowBytes: number
}

export async function rowsOf<T>(client: ClickHouseClient, query: string, params: Record<string, unknown> = {}) {
  return await (await client.query({ query, query_params: params, format: 'JSONEachRow' })).json<T>()
}

/** In the order in which they are read. */
export async function clickhouseTables(client: ClickHouseClient): Promise<readonly TableShape[]> {
  const columns = await rowsOf<Column & { table: string; inKey: number; made: string }>(
    client,
    `SELECT table, name, type, is_in_sorting_key AS inKey, default_kind AS made FROM system.columns
      WHERE database = currentDatabase() ORDER BY table, position`,
  )
  const tables = await rowsOf<{ name: string; sortingKey: string; bytes: string; rows: string }>(
    client,
    `SELECT name, sorting_key AS sortingKey, toString(ifNull(total_bytes_uncompressed, 0)) AS bytes, toString(ifNull(total_rows, 0)) AS rows
       FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name <> '${APPLIED}' ORDER BY name`,
  )
  const shapes = tables.map(({ name, sortingKey, bytes, rows }): TableShape => {
    const own = columns.filter(({ table }) => table === name)
    const key = sortingKey === '' ? [] : sortingKey.split(', ').map((part) => columnOf(own, part))
    return {
      name,
      // Columns that are reckoned from others are reckoned again.
      columns: own.filter(({ made }) => made === '' || made === 'DEFAULT'),
      key,
      rowBytes: Math.ceil(Number(bytes) / Math.max(1, Number(rows))),
    }
  })
  const order = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length)
  return shapes.sort((a, b) => order(a.name) - order(b.name))
}

function columnOf(columns: readonly Column[], name: string): Column {
  const found = columns.find((column) => column.name === name)
  if (found === undefined) throw new Error(`a sorting key by ${name}, which is no column, cannot be paged by`)
  return found
}

export const isState = ({ type }: Column): boolean => type.startsWith('AggregateFunction')

/** @param put writes a file of the backup */
export async function backUpClickHouse(
  client: ClickHouseClient,
  put: (name: string, clear: Readable) => Promise<SealedFile>,
): Promise<readonly ClickHouseTable[]> {
  const copied: ClickHouseTable[] = []
  for (const shape of await clickhouseTables(client)) {
    let rows = 0
    const pages = async function* () {
      for await (const page of pagesOf(client, shape)) {
        rows += linesOf(page)
        yield page
      }
    }
    const file = await put(rowsName('clickhouse', shape.name), Readable.from(pages(), { objectMode: false }))
    const states = Object.fromEntries(shape.columns.filter(isState).map(({ name, type }) => [name, type]))
    copied.push({ name: shape.name, columns: shape.columns.map(({ name }) => name), states, rows, file })
  }
  return copied
}

/** A key names each row for good, whatever the engine merges meanwhile; rows of one key are in one page. */
async function* pagesOf(
  client: ClickHouseClient,
  { name, columns, key, rowBytes }: TableShape,
): AsyncGenerator<Buffer> {
  const told = columns.map((column) => (isState(column) ? `hex(${column.name}) AS ${column.name}` : column.name))
  // An alias of the name of its column would be what WHERE means.
  const select = `SELECT ${told.join(', ')} FROM ${name} SETTINGS prefer_column_name_to_alias = 1 FORMAT JSONEachRow`
  const where = (condition: string) => select.replace(' SETTINGS', ` WHERE ${condition} SETTINGS`)
  if (key.length === 0) {
    yield await answerOf(client, select, {})
    return
  }
  const most = Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, Math.floor(PAGE_BYTES / Math.max(1, rowBytes))))
  let after: readonly string[] | undefined
  for (;;) {
    const from = after === undefined ? '1' : boundBy(key, 'a', '>')
    const bounds = await rowsOf<{ upto: string[] }>(
      client,
      `SELECT [${key.map((column) => `toString(${column.name})`).join(', ')}] AS upto FROM (
         SELECT ${key.map((column) => column.name).join(', ')} FROM ${name} WHERE ${from} ORDER BY ${tuple(key)} LIMIT ${most}
       ) ORDER BY ${key.map(({ name: column }) => `${column} DESC`).join(', ')} LIMIT 1`,
      paramsOf(after, 'a'),
    )
    const upto = bounds[0]?.upto
    if (upto === undefined) return
    const params = { ...paramsOf(after, 'a'), ...paramsOf(upto, 'b') }
    yield await answerOf(client, where(`${from} AND ${boundBy(key, 'b', '<=')}`), params)
    after = upto
  }
}

const tuple = (key: readonly Column[]): string => key.map(({ name }) => name).join(', ')

/** The first column by itself as well: by that the index is used. */
function boundBy(key: readonly Column[], side: string, compare: '>' | '<='): string {
  const values = key.map(({ type }, index) => `{${side}${index}:${plain(type)}}`)
  const [first] = key
  return `${first?.name} ${compare[0]}= ${values[0]} AND (${tuple(key)}) ${compare} (${values.join(', ')})`
}

/** Of a value, what is said of its storage is no matter. */
const plain = (type: string): string => type.replace(/^LowCardinality\((.*)\)$/, '$1')

function paramsOf(values: readonly string[] | undefined, side: string): Record<string, string> {
  return Object.fromEntries((values ?? []).map((value, index) => [`${side}${index}`, value]))
}

async function answerOf(client: ClickHouseClient, query: string, params: Record<string, string>): Promise<Buffer> {
  // Told whole or not at all: what fails in the middle would be taken for rows.
  const { stream } = await client.exec({ query, query_params: params, clickhouse_settings: { wait_end_of_query: 1 } })
  const page = await buffer(stream)
  if (page.length > 0 && page.at(-1) !== LF) throw new Error('ClickHouse ended in the middle of a row')
  return page
}

function linesOf(page: Buffer): number {
  let lines = 0
  for (let at = page.indexOf(LF); at !== -1; at = page.indexOf(LF, at + 1)) lines += 1
  return lines
}
