/** Owns the test of the dashboard in a real browser: an evening of made-up listeners, seen, filtered and followed to one session, by keyboard too. */

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { rollUp } from '../../infra/clickhouse/rollups/roll-up.ts'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import { accessibilityFaults, launchBrowser, type OpenPage, openPage, signInAs } from './testing/browser.ts'
import { type Evening, writeEvening } from './testing/evening.ts'

const SCREENSHOTS = process.env.SEGUE_SCREENSHOTS
const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })

let browser: Browser
let gateway: GatewayProcess
let evening: Evening
let opened: OpenPage[] = []
let playing: ReturnType<typeof setInterval>
const stack = inject('stackEnv')
const clickhouse = createClickHouse(readEnv(stack, clickhouseConfig))
const pool = createPool(readEnv(stack, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })

beforeAll(async () => {
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  evening = await writeEvening(clickhouse, pool)
  await rollUp(clickhouse, { nowMs: Date.now(), closeAfterMs: 100 * 86_400_000 })
  // Where the machine is busy, a minute has passed since.
  await evening.goOn()
  playing = setInterval(() => void evening.goOn().catch(console.error), 10_000)
  gateway = await startGateway(stack, Number(stack.SEGUE_GATEWAY_PORT))
  browser = await launchBrowser()
})

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail')
    for (const { page } of opened) console.error(await page.locator('dialog[open]').allTextContents())
  await Promise.all(opened.map((page) => page.close()))
  opened = []
})

afterAll(async () => {
  clearInterval(playing)
  await browser?.close()
  await gateway?.stop()
  await Promise.all([clickhouse.close(), pool.end()])
})

async function open(path: string, options?: Parameters<typeof openPage>[2]): Promise<OpenPage> {
  const page = await openPage(browser, `${gateway.http}${path}`, options)
  opened.push(page)
  await signInAs(page.page, 'Noor Haddad')
  await soon(async () => (await page.marks()).state).toBe('live')
  return page
}

const dialog = ({ page }: OpenPage) => page.locator('dialog[open]')

describe('what is looked at', () => {
  test('is kept in the address: a link and a reload show the same, through the sign-in', async () => {
    const board = await open('/dashboard?minutes=1440&country=DE')
    expect(new URL(board.page.url()).search).toBe('?minutes=1440&country=DE')
    expect(await board.page.getByLabel('Country').inputValue()).toBe('DE')
    await soon(() => board.page.getByRole('status').textContent()).toBe('Showing the last 24 hours, Germany')
    await soon(() => board.page.locator('.area-now .bars-name').allTextContents()).toEqual(['Germany'])
    await board.page.getByLabel('Plan').selectOption('family')
    await soon(() => board.page.getByRole('status').textContent()).toBe('Showing the last 24 hours, Germany, Family')
    await board.page.reload()
    await soon(() => board.page.getByRole('status').textContent()).toBe('Showing the last 24 hours, Germany, Family')
    await board.page.getByRole('button', { name: 'Clear filters' }).click()
    await soon(() => board.page.locator('.area-now .bars-name').count()).toBeGreaterThan(2)
    expect(new URL(board.page.url()).search).toBe('?minutes=1440')
    expect(board.errors).toEqual([])
  })

  test('comes by itself: one connection, and no question again', async () => {
    const board = await open('/dashboard')
    const asked: string[] = []
    board.page.on('request', (request) => asked.push(request.url()))
    const age = () => board.page.locator('.age').textContent()
    for (let i = 0; i < 3; i += 1) {
      await board.page.waitForTimeout(1_500)
      expect(await age()).toMatch(/^Live/)
    }
    expect(asked.filter((url) => url.includes('/api/'))).toEqual([])
  })

  test('says so when nothing is there', async () => {
    const board = await open('/dashboard?minutes=15&plan=duo&device_kind=car&country=IS')
    await soon(() => board.page.locator('.area-sessions').textContent()).toContain('No session played in this range')
    expect(await board.page.locator('.area-tracks').textContent()).toContain('No stream in this range yet')
    expect(await accessibilityFaults(board.page)).toEqual([])
  })
})

describe('one session', () => {
  test('is reached and left by keyboard alone', async () => {
    const board = await open('/dashboard')
    const row = board.page.locator('.area-sessions button').first()
    await row.waitFor()
    const id = (await row.textContent())?.match(/Session (\w{12})/)?.[1] ?? ''
    for (const reach of [board.page.getByLabel('Country'), board.page.locator('.area-artists button').first(), row]) {
      await reach.focus()
      await board.page.keyboard.press('Shift+Tab')
      await board.page.keyboard.press('Tab')
      expect(await reach.evaluate((it) => it === document.activeElement)).toBe(true)
      const outline = await reach.evaluate((it) => getComputedStyle(it).outlineStyle)
      expect(outline).toBe('solid')
    }
    const focused = await board.page.evaluate(() => document.activeElement?.textContent ?? '')
    await board.page.keyboard.press('Enter')
    await soon(() => dialog(board).locator('.moment').count()).toBeGreaterThan(0)
    expect(await dialog(board).getAttribute('aria-labelledby')).not.toBe(null)
    expect(focused).toContain('Session')
    expect(id).toHaveLength(12)
    expect(await accessibilityFaults(board.page)).toEqual([])
    await board.page.keyboard.press('Escape')
    expect(await dialog(board).count()).toBe(0)
    expect(await board.page.evaluate(() => document.activeElement?.classList.contains('bars-row'))).toBe(true)
  })

  test('is reached from the case of a flagged account, and nobody is named on the way', async () => {
    const board = await open('/dashboard?minutes=360')
    const bodies: string[] = []
    board.page.on('response', (response) => {
      if (response.url().includes('/api/') && !response.url().includes('stream'))
        void response.text().then((text) => bodies.push(text))
    })
    const id = evening.caseIds[0] ?? ''
    // Others have cases in this database, too.
    await board.page.locator('.area-flagged button', { hasText: `Case ${id.slice(0, 4)}-${id.slice(4, 8)}` }).click()
    await soon(() => dialog(board).locator('button.bars-row').count()).toBeGreaterThan(0)
    await dialog(board).locator('button.bars-row').first().click()
    await soon(() => board.page.locator('dialog[open] .moment').count()).toBeGreaterThan(1)
    const shown = await board.page.content()
    await soon(() => bodies.length).toBeGreaterThanOrEqual(2)
    for (const raw of evening.identities) for (const text of [shown, ...bodies]) expect(text).not.toContain(raw)
    await board.page.keyboard.press('Escape')
    expect(await board.page.locator('dialog[open]').count()).toBe(1)
    await board.page.keyboard.press('Escape')
    expect(await board.page.locator('dialog[open]').count()).toBe(0)
    expect(board.errors).toEqual([])
  })
})

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1_440, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1_440, height: 900 } },
  { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  { colorScheme: 'light', viewport: { width: 2_560, height: 1_440 } },
  { colorScheme: 'dark', viewport: { width: 2_560, height: 1_440 } },
] as const

test.each(LOOKS)(
  'the figures of an evening are accessible and no wider than the screen: $colorScheme, $viewport.width px',
  async (look) => {
    const board = await open('/dashboard', look)
    await soon(() => board.page.locator('.area-campaigns tbody tr').count()).toBeGreaterThan(0)
    await soon(() => board.page.locator('.area-tracks .bars-row').count()).toBeGreaterThan(2)
    expect(await accessibilityFaults(board.page)).toEqual([])
    expect(await overflow(board)).toBe(0)
    const shot = async (name: string, fullPage = false) => {
      const path = `${SCREENSHOTS}/${name}-${look.colorScheme}-${look.viewport.width}.png`
      if (SCREENSHOTS !== undefined) await board.page.screenshot({ path, fullPage })
    }
    await shot('dashboard')
    await shot('dashboard-whole', true)
    await board.page.locator('.area-sessions button').first().click()
    await soon(() => dialog(board).locator('.moment').count()).toBeGreaterThan(0)
    expect(await accessibilityFaults(board.page)).toEqual([])
    expect(await overflow(board)).toBe(0)
    await shot('session')
    await board.page.keyboard.press('Escape')
    await board.page.getByLabel('7 days').check()
    await soon(() => board.page.getByRole('status').textContent()).toBe('Showing the last 7 days')
    expect(await overflow(board)).toBe(0)
    // Other tests may have had campaigns with a control group, too.
    const lift = board.page.locator('.lifts li', { hasText: 'Trains at night' })
    await soon(() => lift.textContent()).toMatch(
      /^Lift of Trains at night: \S+ points \(\S+ to \S+\), .+ of \d+ accounts served, .+ of \d+ withheld$/,
    )
    expect(await accessibilityFaults(board.page)).toEqual([])
    await shot('dashboard-week')
    await shot('dashboard-week-whole', true)
  },
  90_000,
)

const overflow = ({ page }: OpenPage) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))

test('of few listeners no figure is shown, and the page says why', async () => {
  await gateway.stop()
  gateway = await startGateway({ ...stack, SEGUE_SMALL_CELLS: '10000' }, Number(stack.SEGUE_GATEWAY_PORT))
  const { page } = await open('/dashboard')
  await soon(() => page.locator('.giant').textContent()).toBe('hidden')
  expect(await page.locator('.few-note').textContent()).toContain('figures of fewer than 10,000 listeners')
  await page.getByText('No session played in this range.').waitFor()
})
