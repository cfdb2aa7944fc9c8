/** Owns a server that answers as OSV does, as far as it was told what to know, and as badly as it was told. */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Query {
  readonly package: { readonly ecosystem: string; readonly name: string }
  readonly version: string
  readonly page_token?: string
}

export interface OsvKnows {
  /** By `ecosystem name version`: the ids of each page. */
  readonly pages: Readonly<Record<string, readonly (readonly string[])[]>>
  /** By id, as OSV has them. */
  readonly vulnerabilities: Readonly<Record<string, object>>
  /** Of these it says nothing: an answer of that status, or none at all. */
  readonly fails?: Readonly<Record<string, number | 'silent'>>
}

export interface OsvServer {
  readonly url: string
  /** How many questions each batch held. */
  readonly batches: number[]
  stop(): Promise<void>
}

/** @param knows what `fails` names is an ecosystem or an id */
export async function startOsv({ pages, vulnerabilities, fails = {} }: OsvKnows): Promise<OsvServer> {
  const batches: number[] = []
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body))
    const failing = (name: string): boolean => {
      const how = fails[name]
      if (typeof how === 'number') answer(how, { code: 13, message: 'internal error' })
      return how !== undefined
    }
    if (request.method === 'POST' && request.url === '/v1/querybatch') {
      const { queries } = JSON.parse(await bodyOf(request)) as { queries: readonly Query[] }
      batches.push(queries.length)
      if (queries.some((query) => fails[query.package.ecosystem] !== undefined)) {
        failing(queries[0]?.package.ecosystem ?? '')
        return
      }
      const results = queries.map(({ package: { ecosystem, name }, version, page_token = '0' }) => {
        const own = pages[`${ecosystem} ${name} ${version}`] ?? []
        const page = Number(page_token)
        // As OSV answers of a package that it knows nothing of: an empty object.
        if (own[page] === undefined) return {}
        const vulns = own[page].map((id) => ({ id, modified: '2026-01-01T00:00:00Z' }))
        return { vulns, ...(page + 1 < own.length ? { next_page_token: String(page + 1) } : {}) }
      })
      answer(200, { results })
      return
    }
    const id = decodeURIComponent(request.url?.replace('/v1/vulns/', '') ?? '')
    if (failing(id)) return
    const found = vulnerabilities[id]
    if (found === undefined) answer(404, { code: 5, message: 'Bug not found.' })
    else answer(200, { schema_version: '1.7.3', id, modified: '2026-01-01T00:00:00Z', ...found })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    batches,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
