import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { launchBrowser } from '../../gateway/pages/testing/browser.ts'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'

/** How often a page is left, and what it reports right before. */
const ROUNDS = 20
const EACH = 3
const STREAM_ID = '018f0000-0000-7000-8000-0000000000bb'

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
          globalThis.failures = []
          globalThis.client = connect({
            url,
            token: async () => token,
            device: { id: 'reloaded', name: 'a page', kind: 'web' },
            store: indexedDbEventStore(),
          })
          client.on('acked', ({ events }) => note('acked', events))
          client.on('store_failed', ({ error }) => failures.push(String(error.cause ?? error)))
          return new Promise((resolve) => client.on('ready', resolve))
        }
        // Where it survives a reload as surely: a page that is being left may hear an answer yet.
        globalThis.noted = (name) => JSON.parse(sessionStorage.getItem(name) ?? '[]')
        globalThis.note = (name, all) => sessionStorage.setItem(name, JSON.stringify([...noted(name), ...all]))
        const stream_id = '${STREAM_ID}'
        globalThis.report = (position_ms) => client.report('position', { stream_id, position_ms })`,
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

async function pageAtGateway(): Promise<Page> {
  const context = await browser.newContext({ bypassCSP: true })
  const page = await context.newPage()
  await page.goto(`${gateway.http}/healthz`)
  return page
}

async function start(page: Page): Promise<void> {
  await page.addScriptTag({ content: script })
  await page.evaluate(`start(${JSON.stringify(gateway.ws)}, ${JSON.stringify(await keys.token())})`)
}

const report = (positionMs: number) => `report(${positionMs})`
/** Of this tab, in order: `acked` of all its pages. */
const noted = (page: Page, name: string) => page.evaluate<TelemetryEvent[]>(`noted('${name}')`)

describe('T2 a page that is reloaded', () => {
  it('sends what it had not had acknowledged, as it was, and numbers on', async () => {
    const page = await pageAtGateway()
    await start(page)
    await page.evaluate(report(1))
    await expect.poll(() => noted(page, 'acked')).toHaveLength(1)
    const [first] = await noted(page, 'acked')

    // Said and gone: the page is left before a batch is due.
    const loaded = page.waitForEvent('load')
    const last = await page.evaluate<TelemetryEvent>(`{ const last = ${report(2)}; location.reload(); last }`)
    await loaded
    await start(page)
    await expect.poll(() => noted(page, 'acked')).toEqual([first, last])
    expect(last.seq).toBe(2)

    const after = await page.evaluate<TelemetryEvent>(report(3))
    expect(after.seq).toBe(3)
    await expect.poll(() => page.evaluate('client.pendingEvents')).toBe(0)
    expect(await page.evaluate('failures')).toEqual([])
  })

  it('loses none and is told of none twice, though it is left in the moment of a report, while others are removed', async () => {
    const page = await pageAtGateway()
    // Each page reports, and is left, in the very task in which it hears that all of the pages before it is safe.
    await page.addInitScript(`${script}
      globalThis.isAllSafe = () => noted('acked').length === noted('reported').length
      let isLeft = false
      const leave = () => {
        if (isLeft || noted('rounds').length === ${ROUNDS}) return
        isLeft = true
        note('rounds', [1])
        note('reported', Array.from({ length: ${EACH} }, (_, at) => report(at)))
        location.reload()
      }
      addEventListener('load', async () => {
        const ready = start(${JSON.stringify(gateway.ws)}, ${JSON.stringify(await keys.token())})
        client.on('store_failed', () => note('failures', failures))
        client.on('acked', () => isAllSafe() && leave())
        await ready
        if (isAllSafe()) note('reported', [report(0)])
      })`)
    await page.reload()
    const left = async () => [(await noted(page, 'rounds')).length, await page.evaluate('isAllSafe()')]
    await expect.poll(left, { timeout: 90_000, interval: 200 }).toEqual([ROUNDS, true])
    const acked = await noted(page, 'acked')
    // The first of a page is numbered anew when the store has told of those before it.
    expect(acked.map(({ id }) => id)).toEqual((await noted(page, 'reported')).map(({ id }) => id))
    expect(acked.map(({ seq }) => seq)).toEqual(acked.map((_, at) => at + 1))
    expect(await noted(page, 'failures')).toEqual([])
  })
})
