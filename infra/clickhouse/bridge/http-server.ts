/** Owns the bridge's HTTP: routes, headers, packing of the answer. */

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Logger } from '../../runtime/log.ts'
import { readBody } from './body.ts'
import type { BridgeConfig, BridgeUser } from './config.ts'
import { authenticate } from './credentials.ts'
import type { Engine } from './engine.ts'
import { engineFailure, Failure } from './failure.ts'
import { readQuery } from './query-request.ts'

const pack = promisify(gzip)
/** Longer than clients keep an idle socket, so that it is they who close it. */
const KEEP_ALIVE_MS = 30_000
const PACK_FROM_BYTES = 1_024

const CONTENT_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^JSON.*EachRow/i, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/i, 'application/json; charset=UTF-8'],
  [/^(TSV|TabSeparated)/i, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSV/i, 'text/csv; charset=UTF-8; header=absent'],
  [/^(Native|RowBinary|Arrow|Parquet|Protobuf|MsgPack)/i, 'application/octet-stream'],
]

export function createBridgeServer(engine: Engine, config: BridgeConfig, log: Logger): Server {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error({ err: error }, 'answer not sent')
      response.destroy()
    })
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://bridge')
    if (url.pathname === '/ping') return send(response, 200, {}, 'Ok.\n')
    if (url.pathname !== '/' || !['GET', 'HEAD', 'POST'].includes(request.method ?? '')) {
      return send(response, 404, {}, `There is no handle ${request.method} ${url.pathname}: use / or /ping.\n`)
    }
    const queryId = url.searchParams.get('query_id') ?? randomUUID()
    response.setHeader('X-ClickHouse-Query-Id', queryId.replaceAll(/[^\x20-\x7e]/g, '?'))
    response.setHeader('X-ClickHouse-Server-Display-Name', 'segue')
    try {
      const user = authenticate(request.headers, url.searchParams, config.users)
      await answerQuery(request, response, url.searchParams, user)
    } catch (error) {
      const failed = error instanceof Failure ? error : engineFailure(error)
      log.debug({ code: failed.code, query_id: queryId }, 'query failed')
      const headers: Record<string, string> = { 'X-ClickHouse-Exception-Code': String(failed.code) }
      // What is left of a body that was refused is not read, so the connection cannot be used again.
      if (!request.complete) headers.Connection = 'close'
      send(response, failed.status, headers, `${failed.message} (version ${engine.version})\n`)
    }
  }

  async function answerQuery(
    request: IncomingMessage,
    response: ServerResponse,
    url: URLSearchParams,
    user: BridgeUser,
  ): Promise<void> {
    const body = await readBody(request)
    const query = readQuery(
      request.method ?? 'GET',
      url,
      { database: header(request, 'x-clickhouse-database'), format: header(request, 'x-clickhouse-format') },
      body,
      user.rights,
    )
    const result = await engine.run(query, untilLeft(response))
    const format = query.shape.takesData ? query.format : (query.shape.format ?? query.format)
    const headers: Record<string, string> = {
      'Content-Type': CONTENT_TYPES.find(([name]) => name.test(format))?.[1] ?? 'text/plain; charset=UTF-8',
      'X-ClickHouse-Format': format,
      'X-ClickHouse-Timezone': 'UTC',
      // What was read and written on the way the engine does not tell.
      'X-ClickHouse-Summary': JSON.stringify({
        result_rows: String(result.result_rows),
        result_bytes: String(result.bytes.length),
        elapsed_ns: String(result.elapsed_ns),
      }),
    }
    const wantsGzip =
      url.get('enable_http_compression') === '1' && /\bgzip\b/.test(header(request, 'accept-encoding') ?? '')
    if (!wantsGzip || result.bytes.length < PACK_FROM_BYTES) return send(response, 200, headers, result.bytes)
    send(response, 200, { ...headers, 'Content-Encoding': 'gzip' }, await pack(result.bytes))
  }

  return server
}

/** Aborted when the connection ends before the answer was sent. */
function untilLeft(response: ServerResponse): AbortSignal {
  const left = new AbortController()
  if (response.destroyed) left.abort()
  response.once('close', () => left.abort())
  return left.signal
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function send(response: ServerResponse, status: number, headers: Record<string, string>, body: string | Uint8Array) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    ...headers,
    'Content-Length': bytes.length,
  })
  response.end(bytes)
}
