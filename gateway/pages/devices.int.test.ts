/** Owns the test of two player pages of one person: what one plays the other sees, controls and takes over. */

import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import { accessibilityFaults, launchBrowser, type OpenPage, openPage, signInAs } from './testing/browser.ts'

/** Something follows it on its album. */
const ALBUM_OPENER = 'Neon Umbrella'
/** How far apart two pages may be about one playhead, besides what passes between two looks. */
const APART_MS = 2_000

/** The last one is that of the page as it was opened. */
const LOOKS = [
  { width: 390, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
  { width: 1_360, colorScheme: 'dark' },
  { width: 1_360, colorScheme: 'light' },
] as const

const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })

let browser: Browser
/** Serves the pages, on the port that the issuer knows them by. */
let near: GatewayProcess
/** Another one, which denies a stream on the plan `free` instead of taking over. */
let far: GatewayProcess
let opened: OpenPage[] = []

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  ;[near, far] = await Promise.all([
    startGateway(stack, Number(stack.SEGUE_GATEWAY_PORT)),
    startGateway({ ...stack, SEGUE_STREAM_DENY_PLANS: 'free' }),
  ])
  browser = await launchBrowser()
})

afterEach(async () => {
  await Promise.all(opened.map((page) => page.close()))
  opened = []
})

afterAll(async () => {
  await browser?.close()
  await Promise.all([near?.stop(), far?.stop()])
})

/** A page of `person` at `gateway`, which the listener has named. */
async function pageOf(person: string, name: string, gateway: GatewayProcess): Promise<OpenPage> {
  const open = await openPage(browser, `${near.http}/`, { bypassCSP: true })
  opened.push(open)
  const { page } = open
  await page.evaluate((called) => localStorage.setItem('segue.device-name', called), name)
  await page.route('**/api/config', async (route) => {
    const config = (await (await route.fetch()).json()) as Record<string, unknown>
    await route.fulfill({ json: { ...config, ws_path: gateway.ws } })
  })
  await signInAs(page, person)
  await soon(async () => (await open.marks()).connection).toBe('connected')
  return open
}

async function play({ page, marks }: OpenPage): Promise<void> {
  await page.getByRole('button', { name: ALBUM_OPENER }).click()
  await soon(async () => (await marks()).state).toBe('playing')
}

/** The playhead that the page shows, and when it did. */
const shownAt = async ({ page }: OpenPage) =>
  page.evaluate(() => ({ ms: Number(document.documentElement.dataset.shownPlayheadMs), atMs: Date.now() }))

/** Soon: what one does the other has yet to hear. */
const expectTogether = (one: OpenPage, two: OpenPage) =>
  soon(async () => {
    const [a, b] = [await shownAt(one), await shownAt(two)]
    return Math.abs(b.ms - (a.ms + b.atMs - a.atMs))
  }).toBeLessThan(APART_MS)

/** `shows` tells of what `plays` has: it hears of it later, and never the other way round. */
const expectSameTrack = (shows: OpenPage, plays: OpenPage) =>
  soon(async () => (await shows.marks()).shownTrackId === (await plays.marks()).trackId).toBe(true)

async function slide(page: Page, label: string, to: number): Promise<void> {
  await page.getByLabel(label).evaluate((slider, value) => {
    if (!(slider instanceof HTMLInputElement)) throw new Error('it is no slider')
    slider.value = String(value)
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    slider.dispatchEvent(new Event('change', { bubbles: true }))
  }, to)
}

const state = async ({ marks }: OpenPage) => (await marks()).state
const strip = ({ page }: OpenPage) => page.locator('.strip:not(.ad)').textContent()
const upNext = ({ page }: OpenPage) => page.locator('.queue').textContent()
const isSilent = async ({ page, marks }: OpenPage) => {
  const { playheadMs } = await marks()
  await page.waitForTimeout(500)
  return (await marks()).signalRms === '0.00000' && (await marks()).playheadMs === playheadMs
}

describe('two pages of one person, at two gateways', () => {
  test('A1 A6 A7 see, control and take over from each other', async () => {
    const kitchen = await pageOf('Emeka Obi', 'Kitchen', near)
    const desk = await pageOf('Emeka Obi', 'Desk', far)
    await play(kitchen)
    await soon(() => strip(desk)).toContain('Now playing on Kitchen')
    await expectSameTrack(desk, kitchen)
    await expectTogether(kitchen, desk)

    await desk.page.getByRole('button', { name: 'Devices' }).click()
    const row = desk.page.locator('.device', { hasText: 'Kitchen' })
    await soon(() => row.textContent()).toContain(ALBUM_OPENER)
    for (const { width, colorScheme } of LOOKS) {
      await desk.page.setViewportSize({ width, height: 844 })
      await desk.page.emulateMedia({ colorScheme })
      expect(await accessibilityFaults(desk.page)).toEqual([])
      expect(await desk.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    }
    await desk.page.keyboard.press('Escape')
    expect(await row.isVisible()).toBe(false)

    await desk.page.getByRole('button', { name: 'Pause', exact: true }).click()
    await soon(() => state(kitchen)).toBe('paused')
    await soon(() => strip(desk)).toContain('Paused on Kitchen')
    await desk.page.getByRole('button', { name: 'Play', exact: true }).click()
    await soon(() => state(kitchen)).toBe('playing')
    await slide(desk.page, 'Place in the track', 30)
    await soon(async () => Number((await kitchen.marks()).playheadMs)).toBeGreaterThan(30_000)
    await slide(desk.page, 'Volume', 35)
    await soon(() => kitchen.page.getByLabel('Volume').inputValue()).toBe('35')
    await soon(async () => Number((await kitchen.marks()).playheadMs)).toBeGreaterThan(31_000)
    await expectTogether(kitchen, desk)

    const queue = await upNext(kitchen)
    const left = await shownAt(kitchen)
    await desk.page.getByRole('button', { name: 'Play here' }).click()
    await soon(() => state(desk)).toBe('playing')
    const gone = await shownAt(desk)
    // It went on from where it was heard, less the silence until the desk had loaded.
    expect(gone.ms).toBeGreaterThan(left.ms - APART_MS)
    expect(gone.ms).toBeLessThan(left.ms + gone.atMs - left.atMs + APART_MS)
    await soon(() => state(kitchen)).toBe('idle')
    await soon(() => strip(kitchen)).toContain('Now playing on Desk')
    expect(await kitchen.page.getByText('This page is silent').textContent()).toContain('Now playing on Desk')
    await soon(() => isSilent(kitchen)).toBe(true)
    await soon(() => upNext(desk)).toBe(queue)
    await soon(() => desk.page.locator('.strip:not(.ad)').isVisible()).toBe(false)

    const { trackId: before } = await desk.marks()
    await kitchen.page.getByRole('button', { name: 'Next track' }).click()
    await soon(async () => (await desk.marks()).trackId).toSatisfy((now) => ![before, ''].includes(now))
    await soon(() => state(desk)).toBe('playing')
    await expectSameTrack(kitchen, desk)
    // From where it plays to another device, by the list.
    await desk.page.getByRole('button', { name: 'Devices' }).click()
    await desk.page.getByRole('button', { name: 'Play on Kitchen' }).click()
    await soon(() => state(kitchen)).toBe('playing')
    await soon(() => state(desk)).toBe('idle')
    expect([...kitchen.errors, ...desk.errors]).toEqual([])
  })

  test('A3 two tabs of one browser are one device: the later one plays, and either takes it back', async () => {
    const one = await pageOf('Freya Lind', 'Laptop', near)
    await play(one)
    const page = await one.page.context().newPage()
    await page.goto(`${near.http}/`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const two: OpenPage = { ...one, page, marks: () => page.evaluate(() => ({ ...document.documentElement.dataset })) }
    await soon(() => strip(two)).toContain('Now playing on another tab')
    await play(two)
    await soon(() => state(one)).toBe('idle')
    await soon(() => strip(one)).toContain('Now playing on another tab')
    await one.page.getByRole('button', { name: 'Play here' }).click()
    await soon(() => state(one)).toBe('playing')
    await soon(() => state(two)).toBe('idle')
    expect(one.errors).toEqual([])
  })

  test('A2 a stream that is denied: the listener sees what is in the way, and picks what to stop', async () => {
    const kitchen = await pageOf('Ben Carter', 'Kitchen', near)
    const desk = await pageOf('Ben Carter', 'Desk', far)
    await play(kitchen)
    await desk.page.getByRole('button', { name: ALBUM_OPENER }).click()
    const dialog = desk.page.getByRole('dialog')
    await soon(() => dialog.textContent()).toMatch(/Stop Kitchen\s*United States\s*Playing since \d\d:\d\d/)
    expect(await accessibilityFaults(desk.page)).toEqual([])
    await desk.page.keyboard.press('Escape')
    await soon(() => state(desk)).toBe('idle')
    expect(await state(kitchen)).toBe('playing')
    await desk.page.getByRole('button', { name: ALBUM_OPENER }).click()
    await dialog.getByRole('button', { name: 'Stop Kitchen' }).click()
    await soon(() => state(desk)).toBe('playing')
    await soon(() => strip(kitchen)).toContain('Now playing on Desk')
    expect([...kitchen.errors, ...desk.errors]).toEqual([])
  })
})
