/** Owns the page of a stack: on this machine alone, what the book knows as a page for people and as JSON beside it. */

import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { PROJECT_ROOT } from '../folders.ts'
import { HOST, portProblem } from '../ports.ts'
import { StackProblem } from '../problem.ts'
import type { StatusBook } from './book.ts'

const here = (name: string) => join(import.meta.dirname, name)

const FILES: Readonly<Record<string, { file: string; type: string }>> = {
  '/': { file: here('index.html'), type: 'text/html; charset=utf-8' },
  '/page.js': { file: here('page.js'), type: 'text/javascript; charset=utf-8' },
  '/style.css': { file: here('style.css'), type: 'text/css; charset=utf-8' },
  // The look of all pages.
  '/theme.css': { file: join(PROJECT_ROOT, 'gateway/pages/theme.css'), type: 'text/css; charset=utf-8' },
  '/icon.svg': { file: join(PROJECT_ROOT, 'gateway/pages/icon.svg'), type: 'image/svg+xml' },
}
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

export interface StatusServer {
  readonly url: string
  stop(): Promise<void>
}

/** @throws {StackProblem} when somebody else has the port */
export async function serveStatus(book: StatusBook, port: number): Promise<StatusServer> {
  // A name that a foreign page gave this address is not one of these.
  const names = [`${HOST}:${port}`, `localhost:${port}`]
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', POLICY)
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('referrer-policy', 'no-referrer')
    response.setHeader('cache-control', 'no-store')
    const { pathname } = new URL(request.url ?? '/', `http://${HOST}`)
    answer(response, request.headers.host ?? '', pathname).catch((error: unknown) => {
      send(response, 500, 'text/plain; charset=utf-8', error instanceof Error ? error.message : String(error))
    })
  })

  async function answer(response: ServerResponse, host: string, path: string): Promise<void> {
    const found = FILES[path]
    if (!names.includes(host)) send(response, 421, 'text/plain; charset=utf-8', `open ${names[0]}`)
    else if (path === '/status.json')
      send(response, 200, 'application/json', JSON.stringify(await book.read(), null, 2))
    else if (found === undefined) send(response, 404, 'text/plain; charset=utf-8', 'there is / and /status.json')
    else send(response, 200, found.type, await readFile(found.file))
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new StackProblem(portProblem('status', port, error.code ?? error.message, undefined), error)),
    )
    server.listen({ host: HOST, port }, resolve)
  })
  return {
    url: `http://${HOST}:${port}/`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type })
  response.end(body)
}
