/** Owns the reading of one HTTP request as a query: text, inline data, settings and parameters. */

import type { BridgeUser } from './config.ts'
import { failure } from './failure.ts'
import { type StatementShape, shapeOf } from './statement.ts'

export interface QueryRequest {
  readonly sql: string
  readonly shape: StatementShape
  readonly format: string
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  readonly parameters: ReadonlyMap<string, string>
  readonly readonly: 0 | 1 | 2
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
/** What a reader may begin with. */
const READING = ['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN']
/** What a reader is refused by name; any other word is no statement at all. */
const CHANGING = [
  ...[
    'ALTER',
    'ATTACH',
    'BACKUP',
    'BEGIN',
    'CHECK',
    'COMMIT',
    'COPY',
    'CREATE',
    'DELETE',
    'DETACH',
    'DROP',
    'EXCHANGE',
  ],
  ...[
    'EXECUTE',
    'GRANT',
    'INSERT',
    'KILL',
    'MOVE',
    'OPTIMIZE',
    'RENAME',
    'REPLACE',
    'RESTORE',
    'REVOKE',
    'ROLLBACK',
    'SET',
  ],
  ...['SYSTEM', 'TRUNCATE', 'UNDROP', 'UPDATE', 'USE', 'WATCH'],
]

/** @throws {Failure} when it is not one statement in text, or one that its user may not send. */
export function readQuery(
  method: string,
  url: URLSearchParams,
  headers: { database: string | undefined; format: string | undefined },
  body: Buffer,
  rights: BridgeUser['rights'],
): QueryRequest {
  const fromUrl = url.get('query') ?? ''
  const sql = fromUrl === '' ? text(body) : body.length === 0 ? fromUrl : `${fromUrl}\n${text(body)}`
  if (sql.trim() === '') throw failure(62, 'SYNTAX_ERROR', 'Syntax error: Empty query.')

  const shape = shapeOf(sql)
  if (shape.several) throw failure(62, 'SYNTAX_ERROR', 'Syntax error (Multi-statements are not allowed).')
  if (shape.intoOutfile) {
    throw failure(358, 'INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed: the answer comes over HTTP.')
  }
  if (rights === 'read') requireOnlyRead(shape)
  const settings = new Map<string, string>()
  const parameters = new Map<string, string>()
  for (const [name, value] of url) {
    const isParameter = name.startsWith('param_')
    const key = isParameter ? name.slice('param_'.length) : name
    if (!isParameter && OF_THE_INTERFACE.has(name)) continue
    if (!NAME.test(key)) throw failure(115, 'UNKNOWN_SETTING', `Unknown setting '${name.slice(0, 64)}'.`)
    if (rights === 'read' && key === 'dialect') throw notGranted()
    ;(isParameter ? parameters : settings).set(key, value)
  }

  return {
    sql,
    shape,
    format: url.get('default_format') ?? headers.format ?? DEFAULT_FORMAT,
    database: url.get('database') ?? headers.database ?? 'default',
    settings,
    parameters,
    readonly: rights === 'read' ? 1 : method === 'POST' ? 0 : 2,
  }
}

/** The engine in process has no grants: what `readonly` leaves open of the machine is closed here. */
function requireOnlyRead({ verb, namesFiles }: StatementShape): void {
  if (namesFiles || CHANGING.includes(verb)) throw notGranted()
  if (READING.includes(verb)) return
  const expected = READING.join(', ')
  throw failure(
    62,
    'SYNTAX_ERROR',
    `Syntax error: failed at position 1 (${verb.slice(0, 64)}). Expected one of: ${expected}.`,
  )
}

const notGranted = () =>
  failure(497, 'ACCESS_DENIED', 'Not enough privileges: this user reads tables, and nothing else.')

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
