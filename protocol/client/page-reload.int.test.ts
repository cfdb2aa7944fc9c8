import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { launchBrowser } from '../../gateway/pages/testing/browser.ts'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { type KeyServer, startKeyServer } from '../../gateway/testing/key-server.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'

let keys: KeyServer
let gateway: GatewayProcess
let browser: Browser
let script: string

beforeAll(async () => {
  keys = await startKeyServer()
  gateway = await startGateway({ ...inject('stackEnv'), SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })
  const bundled = await build({
    stdin: {
      contents: `import { connect, indexedDbEventStore } from './index.ts'
        globalThis.start = (url, token) => {
          globalThis.acked = []
          globalThis.failures = []
          globalThis.client = connect({
            url,
            token: async () => token,
            device: { id: 'reloaded', name: 'a page', kind: 'web' },
            store: indexedDbEventStore(),
          })
          client.on('acked', ({ events }) => acked.push(...events))
          client.on('store_failed', ({ error }) => failures.push(String(error.cause ?? error)))
          return new Promise((resolve) => client.on('ready', resolve))
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

afterAll(async () => {
  await browser?.close()
  await gateway?.stop()
  await keys?.stop()
})

async function start(page: Page): Promise<void> {
  await page.addScriptTag({ content: script })
  await page.evaluate(`start(${JSON.stringify(gateway.ws)}, ${JSON.stringify(await keys.token())})`)
}

const report = (positionMs: number) =>
  `client.report('position', { stream_id: '018f0000-0000-7000-8000-0000000000bb', position_ms: ${positionMs} })`
const acked = (page: Page) => page.evaluate<TelemetryEvent[]>('acked')

describe('T2 a page that is reloaded', () => {
  it('sends what it had not had acknowledged, as it was, and numbers on', async () => {
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    await page.goto(`${gateway.http}/healthz`)
    await start(page)
    await page.evaluate(report(1))
    await expect.poll(() => acked(page), { timeout: 15_000 }).toHaveLength(1)

    // Said and gone: the page is left before a batch is due.
    const loaded = page.waitForEvent('load')
    const last = await page.evaluate<TelemetryEvent>(`{ const last = ${report(2)}; location.reload(); last }`)
    await loaded
    await start(page)
    await expect.poll(() => acked(page), { timeout: 15_000 }).toEqual([last])
    expect(last.seq).toBe(2)

    const after = await page.evaluate<TelemetryEvent>(report(3))
    expect(after.seq).toBe(3)
    await expect.poll(() => page.evaluate('client.pendingEvents'), { timeout: 15_000 }).toBe(0)
    expect(await page.evaluate('failures')).toEqual([])
  })
})
