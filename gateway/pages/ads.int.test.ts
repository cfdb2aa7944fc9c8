/** Owns the test of advertisements in a real browser: the demo's own, heard between two tracks by who listens for free. */

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { DEMO_CAMPAIGNS } from '../../infra/demo/world/demo-campaigns.ts'
import { publishDemoAds } from '../../infra/demo/world/publish-demo-ads.ts'
import { seedWorld } from '../../infra/demo/world/seed-world.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import { accessibilityFaults, launchBrowser, type OpenPage, openPage, signInAs } from './testing/browser.ts'
import { startWorkers, type WorkersProcess } from './testing/workers-process.ts'

const AUDIBLE_RMS = 0.003
/** Where to, with `SEGUE_SCREENSHOTS=folder`. */
const SCREENSHOTS = process.env.SEGUE_SCREENSHOTS
const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })
const [TEA] = DEMO_CAMPAIGNS
const [KETTLE, RAIN] = TEA?.creatives ?? []

let browser: Browser
let gateway: GatewayProcess
let workers: WorkersProcess
let pool: Pool
let player: OpenPage

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  await seedWorld(stack)
  await publishDemoAds(stack, () => undefined)
  pool = createPool(readEnv(stack, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  await pauseDemo()
  await pool.query(`UPDATE campaigns SET status = 'running', cap_impressions = 100 WHERE campaign_id = $1`, [TEA?.id])
  const hasty = { ...stack, SEGUE_AD_EVERY_MS: '1000', SEGUE_AD_REFRESH_MS: '200' }
  gateway = await startGateway(hasty, Number(stack.SEGUE_GATEWAY_PORT))
  workers = await startWorkers(stack)
  browser = await launchBrowser()
})
beforeEach(() => pool.query('DELETE FROM impressions WHERE campaign_id = $1', [TEA?.id]))
afterEach(() => player?.close())
afterAll(async () => {
  await browser?.close()
  await Promise.all([gateway?.stop(), workers?.stop()])
  // Whatever is tested next is heard without a break.
  await pauseDemo()
  await pool?.end()
})

const pauseDemo = () =>
  pool.query(`UPDATE campaigns SET status = 'paused' WHERE campaign_id = ANY ($1)`, [
    DEMO_CAMPAIGNS.map(({ id }) => id),
  ])

const strip = () => player.page.locator('.strip.ad')
const isOpen = () => strip().isVisible()
const button = (name: string | RegExp) => player.page.getByRole('button', { name })
const playheadMs = async () => Number((await player.marks()).playheadMs)

/** Ben hears a moment of music, and goes on to the next track. */
async function toTheBreak(creativeId: string | undefined, options?: Parameters<typeof openPage>[2]): Promise<void> {
  await pool.query(
    `UPDATE creatives SET status = CASE WHEN creative_id = $1 THEN 'approved' ELSE 'refused' END WHERE campaign_id = $2`,
    [creativeId, TEA?.id],
  )
  player = await openPage(browser, `${gateway.http}/`, options)
  await signInAs(player.page, 'Ben Carter')
  await button('Neon Umbrella').click()
  await soon(playheadMs).toBeGreaterThan(2_000)
  await button('Next track').click()
  await soon(isOpen).toBe(true)
  await soon(async () => Number((await player.marks()).signalRms)).toBeGreaterThan(AUDIBLE_RMS)
}

async function toTheMusic(): Promise<void> {
  await soon(async () => (await player.marks()).trackId).not.toBe('')
  expect(await isOpen()).toBe(false)
  await soon(async () => (await player.marks()).state).toBe('playing')
  await soon(playheadMs).toBeGreaterThan(1_000)
  await soon(async () => Number((await player.marks()).signalRms)).toBeGreaterThan(AUDIBLE_RMS)
}

async function impression() {
  const { rows } = await pool.query(
    `SELECT creative_id, counted, quartile, invalid_reason, clicked_at IS NOT NULL AS clicked FROM impressions WHERE campaign_id = $1`,
    [TEA?.id],
  )
  return rows
}

async function look(name: string): Promise<void> {
  expect(await accessibilityFaults(player.page)).toEqual([])
  const overflow = await player.page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  )
  expect(overflow).toBeLessThanOrEqual(0)
  if (SCREENSHOTS !== undefined) await player.page.screenshot({ path: `${SCREENSHOTS}/${name}.png` })
}

describe('an advertisement', () => {
  test('V2 V3 V5 is heard and named, may be skipped when it says so and not before, and a click on it counts', async () => {
    await toTheBreak(RAIN?.id)
    expect(await strip().textContent()).toContain('Fennel & Rye Tea')
    expect(await player.page.getByText('The music goes on after it').count()).toBe(1)
    expect(await button(/^Skip in \d s$/).isDisabled()).toBe(true)
    expect(await button('Next track').isDisabled()).toBe(true)
    expect(await button('Previous track').isDisabled()).toBe(true)
    expect(await player.page.getByLabel('Place in the track').isDisabled()).toBe(true)
    // Another track is refused too, and what plays goes on.
    await button('Coin Return').first().click()
    await soon(() => player.page.getByText('An advertisement plays.').count()).toBeGreaterThan(0)
    expect(await isOpen()).toBe(true)

    await player.page.context().route('https://fennel-and-rye.example/**', (route) => route.fulfill({ body: 'Tea' }))
    const opened = player.page.context().waitForEvent('page')
    await player.page.getByRole('link', { name: 'Visit fennel-and-rye.example' }).click()
    const tea = await opened
    await soon(() => tea.textContent('body')).toBe('Tea')
    expect(await tea.evaluate(() => window.opener)).toBe(null)
    await tea.close()

    await soon(() => button('Skip').isEnabled()).toBe(true)
    expect(await playheadMs()).toBeGreaterThanOrEqual(5_000)
    await button('Skip').click()
    await toTheMusic()
    await soon(impression).toMatchObject([
      { creative_id: RAIN?.id, counted: true, invalid_reason: null, clicked: true },
    ])
    expect(player.errors).toEqual([])
  })

  test('V1 V2 that may not be skipped plays to its end, and the music goes on by itself', async () => {
    await toTheBreak(KETTLE?.id)
    expect(await button(/Skip/).count()).toBe(0)
    expect(await button('Next track').isDisabled()).toBe(true)
    await soon(isOpen).toBe(false)
    await toTheMusic()
    await soon(impression).toMatchObject([{ creative_id: KETTLE?.id, counted: true, quartile: 4, clicked: false }])
    expect(player.errors).toEqual([])
  })

  test.each([
    { colorScheme: 'light', viewport: { width: 1_360, height: 900 } },
    { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  ] as const)(
    'V2 is accessible, and no wider than the screen: $colorScheme, $viewport.width px',
    async (options) => {
      await toTheBreak(RAIN?.id, options)
      await look(`ad-${options.colorScheme}-${options.viewport.width}`)
    },
    60_000,
  )
})
