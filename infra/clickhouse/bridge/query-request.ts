/** Owns the reading of one HTTP request as a query: text, inline data, settings and parameters. */

import { failure } from './failure.ts'
import { type StatementShape, shapeOf } from './statement.ts'

export interface QueryRequest {
  readonly sql: string
  readonly shape: StatementShape
  readonly format: string
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string>
  readonly readonly: boolean
}

/** Parameters of the HTTP interface itself; every other one is a setting. `session_id`: each request has its own session. */
const OF_THE_INTERFACE = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'role',
  'quota_key',
  'compress',
  'decompress',
  'buffer_size',
  'wait_end_of_query',
  'stacktrace',
  'client_protocol_version',
])
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const DEFAULT_FORMAT = 'TabSeparated'

/** @throws {Failure} when it is not one statement in text. */
export function readQuery(
  method: string,
  url: URLSearchParams,
  headers: { database: string | undefined; format: string | undefined },
  body: Buffer,
): QueryRequest {
  const fromUrl = url.get('query') ?? ''
  const sql = fromUrl === '' ? text(body) : body.length === 0 ? fromUrl : `${fromUrl}\n${text(body)}`
  if (sql.trim() === '') throw failure(62, 'SYNTAX_ERROR', 'Syntax error: Empty query.')

  const shape = shapeOf(sql)
  if (shape.several) throw failure(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed).')
  const settings = new Map<string, string>()
  const parameters = new Map<string, string>()
  for (const [name, value] of url) {
    const isParameter = name.startsWith('param_')
    const key = isParameter ? name.slice('param_'.length) : name
    if (!isParameter && OF_THE_INTERFACE.has(name)) continue
    if (!NAME.test(key)) throw failure(115, 'UNKNOWN_SETTING', `Unknown setting '${name.slice(0, 64)}'.`)
    ;(isParameter ? parameters : settings).set(key, value)
  }

  return {
    sql,
    shape,
    format: url.get('default_format') ?? headers.format ?? DEFAULT_FORMAT,
    database: url.get('database') ?? headers.database ?? 'default',
    settings,
    parameters,
    readonly: method !== 'POST',
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function text(body: Buffer): string {
  try {
    // The engine reads the statement up to a NUL.
    if (!body.includes(0)) return decoder.decode(body)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw failure(
    48,
    'NOT_IMPLEMENTED',
    'Binary input is not taken here: send JSONEachRow, TabSeparated or CSV in UTF-8.',
  )
}
