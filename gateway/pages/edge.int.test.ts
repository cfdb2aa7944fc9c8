/** Owns the test of the player page behind the edge: over TLS it signs in, connects and plays as it does without. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { EDGE_ADDRESS } from '../../infra/nginx/server.ts'
import { type EdgeProcess, startEdge } from '../../infra/nginx/testing/edge-process.ts'
import { type Child, startChild } from '../../infra/stack/child.ts'
import { probeHttp } from '../../infra/stack/http-probe.ts'
import { nodeProgram } from '../../infra/stack/node-program.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import { launchBrowser, openPage, signInAs } from './testing/browser.ts'

const HOST = '127.0.0.1'
const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })

let folder: string
let edge: EdgeProcess
/** One that sends whoever signed in back to the edge. */
let issuer: Child
let gateway: GatewayProcess
let browser: Browser

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  folder = await mkdtemp(join(tmpdir(), 'segue-edge-page-'))
  const [gatewayPort, issuerPort] = [await getPort({ host: HOST }), await getPort({ host: HOST })]
  edge = await startEdge([`${HOST}:${gatewayPort}`])
  const url = `http://${HOST}:${issuerPort}`
  const env = {
    ...stack,
    SEGUE_ISSUER_HOST: HOST,
    SEGUE_ISSUER_PORT: String(issuerPort),
    SEGUE_ISSUER_PATH: folder,
    SEGUE_ISSUER_URL: url,
    SEGUE_JWKS_URL: `${url}/jwks`,
    SEGUE_GATEWAY_ORIGIN: edge.https,
    SEGUE_TRUSTED_PROXIES: EDGE_ADDRESS,
  }
  issuer = await startChild(nodeProgram('infra/issuer/main.ts', env), join(folder, 'log'), 'SIGTERM')
  await vi.waitFor(() => probeHttp(`${url}/jwks`), { timeout: 60_000, interval: 200 })
  gateway = await startGateway(env, gatewayPort)
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  await issuer?.stop('SIGTERM', 5_000)
  await edge?.stop()
  await rm(folder, { recursive: true, force: true })
})

test('the page signs in, speaks over wss and plays, and the browser finds nothing to complain of', async () => {
  const { page, marks, errors, close } = await openPage(browser, `${edge.https}/`, { ignoreHTTPSErrors: true })
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await signInAs(page, 'Ada')
  await soon(async () => (await marks()).connection).toBe('connected')
  expect(sockets.every((url) => url.startsWith(edge.wss))).toBe(true)
  expect(sockets).not.toEqual([])
  await page.getByRole('button', { name: 'Neon Umbrella' }).click()
  await soon(async () => (await marks()).state).toBe('playing')
  expect(errors).toEqual([])
  await close()
})
