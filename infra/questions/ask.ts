/** Owns the asking of a question of the store that knows: rows under the names of their columns. */

import type { ClickHouseClient } from '../clickhouse/client.ts'
import type { Pool } from '../postgres/client.ts'
import { readParameters } from './parameters.ts'
import type { Question } from './questions.ts'

export interface Stores {
  readonly clickhouse: ClickHouseClient
  /** Not needed by questions of the other. */
  readonly postgres?: Pool
}

export interface Answer {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

const MAX_EXECUTION_S = 20

/** @throws {ParameterProblem} before anything is asked. */
export async function ask(
  stores: Stores,
  question: Question,
  given: ReadonlyMap<string, string>,
  now: Date,
): Promise<Answer> {
  const values = readParameters(question, given, now)
  if (question.store === 'clickhouse') return await ofClickHouse(stores.clickhouse, question.sql, values)
  if (stores.postgres === undefined) throw new Error(`${question.name} is a question to PostgreSQL`)
  return await ofPostgres(stores.postgres, question.sql, values)
}

/** The answer as objects. */
export const asObjects = ({ columns, rows }: Answer): Record<string, unknown>[] =>
  rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])))

async function ofClickHouse(
  client: ClickHouseClient,
  query: string,
  values: Readonly<Record<string, string>>,
): Promise<Answer> {
  const result = await client.query({
    query,
    query_params: values,
    format: 'JSONCompact',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0, max_execution_time: MAX_EXECUTION_S },
  })
  const { meta = [], data } = await result.json<unknown[]>()
  return { columns: meta.map(({ name }) => name), rows: data }
}

/** PostgreSQL numbers its parameters; in the file they have their names. */
async function ofPostgres(pool: Pool, query: string, values: Readonly<Record<string, string>>): Promise<Answer> {
  const order: string[] = []
  const text = query.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    if (values[name] === undefined) throw new Error(`the question names ${whole}, which is no parameter of it`)
    if (!order.includes(name)) order.push(name)
    return `$${order.indexOf(name) + 1}`
  })
  const { fields, rows } = await pool.query<unknown[]>({
    text,
    values: order.map((name) => values[name]),
    rowMode: 'array',
  })
  return { columns: fields.map(({ name }) => name), rows }
}
