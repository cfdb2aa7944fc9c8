/** Owns a proxy before ClickHouse that can keep an answer to itself: the store did it, and the worker never hears. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StoreProxy {
  /** The URL of ClickHouse through the proxy. */
  readonly url: string
  /** `pass`, `hold` (inserts are made, their answers kept), `refuse` (503, nothing is made). */
  mode: 'pass' | 'hold' | 'refuse'
  /** Inserts whose answer was kept. */
  readonly held: number
  stop(): Promise<void>
}

export async function startStoreProxy(clickhouseUrl: string): Promise<StoreProxy> {
  const target = new URL(clickhouseUrl)
  let held = 0
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (proxy.mode === 'refuse') return response.writeHead(503).end('away')
    const answer = await fetch(new URL(request.url ?? '/', target.origin), {
      method: request.method ?? 'GET',
      headers: { authorization: request.headers.authorization ?? '' },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    })
    const body = Buffer.from(await answer.arrayBuffer())
    if (proxy.mode === 'hold' && request.url?.includes('INSERT')) {
      held += 1
      return
    }
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(clickhouseUrl)
  url.port = String((server.address() as AddressInfo).port)
  const proxy: StoreProxy = {
    url: url.href,
    mode: 'pass',
    get held() {
      return held
    },
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
  return proxy
}
