import { connect as connectTo, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { launchBrowser } from '../../gateway/pages/testing/browser.ts'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'

/** The wait of a first attempt, and what a loaded machine takes to connect and resume. */
const CONNECTED_WITHIN_MS = 500 + 7_500
/** A try of the line comes before. By heartbeats alone it would take from 15 s to 45 s. */
const BACK_WITHIN_MS = 3_000 + 1_000 + CONNECTED_WITHIN_MS

/** A line between page and gateway that can be made to swallow everything, as after a change of network. */
interface Line {
  readonly url: string
  /** The connections that are open now are dead from now on, and nobody is told. */
  swallow(): void
  /** They break, so that both ends know, and none is let through until it is mended. */
  cut(): void
  mend(): void
  stop(): Promise<void>
}

async function startLine(port: number): Promise<Line> {
  const open = new Set<readonly [Socket, Socket]>()
  let isCut = false
  const server: Server = createServer((near) => {
    if (isCut) return near.destroy()
    const far = connectTo(port, '127.0.0.1')
    const pair = [near, far] as const
    open.add(pair)
    near.pipe(far).pipe(near)
    const end = () => {
      open.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the line has no port')
  return {
    url: `ws://127.0.0.1:${address.port}/ws`,
    swallow() {
      for (const pair of open) {
        for (const socket of pair) {
          socket.unpipe()
          socket.removeAllListeners('data').resume()
          socket.removeAllListeners('close')
        }
      }
      open.clear()
    },
    cut() {
      isCut = true
      for (const [near] of open) near.destroy()
    },
    mend() {
      isCut = false
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

let keys: KeyServer
let gateway: GatewayProcess
let line: Line
let browser: Browser
let script: string
let context: BrowserContext
let page: Page

beforeAll(async () => {
  keys = await startKeyServer()
  gateway = await startGateway({
    ...inject('stackEnv'),
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
  })
  line = await startLine(Number(new URL(gateway.http).port))
  const bundled = await build({
    stdin: {
      contents: `import { connect } from './index.ts'
        globalThis.start = (url, token) => {
          globalThis.resumes = 0
          globalThis.client = connect({ url, token: async () => token, device: { id: 'p', name: 'a page', kind: 'web' } })
          client.on('resumed', ({ session_id }) => { resumes += 1; globalThis.session = session_id })
          return new Promise((resolve) => client.on('ready', ({ session_id }) => resolve(session_id)))
        }`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    write: false,
    format: 'iife',
  })
  script = bundled.outputFiles[0]?.text ?? ''
  browser = await launchBrowser()
})

afterEach(() => context?.close())

afterAll(async () => {
  await browser?.close()
  await line?.stop()
  await gateway?.stop()
  await keys?.stop()
})

/** A page that is signed in; returns its session. */
async function signIn(): Promise<string> {
  context = await browser.newContext({ bypassCSP: true })
  page = await context.newPage()
  await page.goto(`${gateway.http}/healthz`)
  await page.addScriptTag({ content: script })
  return page.evaluate<string>(`start(${JSON.stringify(line.url)}, ${JSON.stringify(await keys.token())})`)
}

/** Resolves with how long it took the page to resume `session`. */
async function backIn(session: string): Promise<number> {
  const fromMs = performance.now()
  await expect.poll(() => page.evaluate('resumes'), { interval: 50 }).toBe(1)
  const tookMs = performance.now() - fromMs
  expect(await page.evaluate('[client.state, session]')).toEqual(['connected', session])
  return tookMs
}

describe('R4 R5 a page comes back by itself, to its session', () => {
  it('from no network, over which its socket has died unheard', async () => {
    const session = await signIn()
    await context.setOffline(true)
    line.swallow()
    await wait(500)
    await context.setOffline(false)
    expect(await backIn(session)).toBeLessThan(BACK_WITHIN_MS)
  })

  it('from no network while it waited to connect again, without having used up its patience', async () => {
    const session = await signIn()
    // First the line: while it is offline Chromium tells a page nothing of its sockets, not even that they broke.
    line.cut()
    await expect.poll(() => page.evaluate('client.state'), { interval: 20 }).toBe('disconnected')
    await context.setOffline(true)
    line.mend()
    await wait(2_000)
    await context.setOffline(false)
    expect(await backIn(session)).toBeLessThan(CONNECTED_WITHIN_MS)
  })

  it('from having been frozen while its line died', async () => {
    const session = await signIn()
    // A browser without a screen does not freeze its pages: the system does it.
    const devtools = await browser.newBrowserCDPSession()
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    for (const id of renderers) process.kill(id, 'SIGSTOP')
    line.swallow()
    await wait(6_000)
    for (const id of renderers) process.kill(id, 'SIGCONT')
    expect(await backIn(session)).toBeLessThan(BACK_WITHIN_MS)
  })
})
