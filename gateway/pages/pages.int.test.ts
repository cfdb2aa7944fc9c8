/** Owns the test of both pages in a real browser: heard, seen, and still playing when a gateway dies. */

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { signIn } from '../../infra/issuer/sign-in.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import type { ArtistAccount } from './dashboard/figures.ts'
import { accessibilityFaults, launchBrowser, type OpenPage, openPage, signInAs } from './testing/browser.ts'
import { startWorkers, type WorkersProcess } from './testing/workers-process.ts'

/** Silence, and the noise of a converter, are below this. */
const AUDIBLE_RMS = 0.003
/** Something follows it on its album. */
const ALBUM_OPENER = 'Neon Umbrella'
/** The pages keep talking to a gateway that is gone; what the console says of that is no fault of theirs. */
const REFUSED = /ERR_CONNECTION_REFUSED|WebSocket connection/

/** What a page should show in a moment: ten seconds, however loaded the machine is. */
const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })

let browser: Browser
let gateway: GatewayProcess
let workers: WorkersProcess
let opened: OpenPage[] = []

/** On the port that the issuer knows the pages by. */
function startOnItsPort(): Promise<GatewayProcess> {
  const stack = inject('stackEnv')
  return startGateway(stack, Number(stack.SEGUE_GATEWAY_PORT))
}

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  gateway = await startOnItsPort()
  workers = await startWorkers(stack)
  browser = await launchBrowser()
})

afterEach(async () => {
  await Promise.all(opened.map((page) => page.close()))
  opened = []
})

afterAll(async () => {
  await browser?.close()
  await Promise.all([gateway?.stop(), workers?.stop()])
})

async function open(path: string, options?: Parameters<typeof openPage>[2]): Promise<OpenPage> {
  const page = await openPage(browser, `${gateway.http}${path}`, options)
  opened.push(page)
  return page
}

async function playing(options?: Parameters<typeof openPage>[2]): Promise<OpenPage> {
  const player = await open('/', options)
  await signInAs(player.page, 'Ada Brandt')
  await player.page.getByRole('button', { name: ALBUM_OPENER }).click()
  await soon(async () => (await player.marks()).state).toBe('playing')
  return player
}

const playheadMs = async (player: OpenPage) => Number((await player.marks()).playheadMs)

/** Every row of the royalty table that the accounts of the artists show. */
async function royaltyStreams(): Promise<ArtistAccount['streams'][number][]> {
  const { accessToken } = await signIn({
    issuerUrl: inject('stackEnv').SEGUE_ISSUER_URL ?? '',
    redirectUri: `${gateway.http}/dashboard`,
    accountId: 'acct-noor',
  })
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${gateway.http}${path}`, { headers: { authorization: `Bearer ${accessToken}` } })
    return (await answer.json()) as T
  }
  const { artists } = await get<{ artists: { artist_id: string }[] }>('/api/catalog')
  const accounts = await Promise.all(
    artists.map(({ artist_id }) => get<ArtistAccount>(`/api/artists/${artist_id}/account`)),
  )
  return accounts.flatMap(({ streams }) => streams)
}

/** What the player said of its transport, event by event. */
async function transportOf(streamId: string) {
  const clickhouse = createClickHouse(readEnv(inject('stackEnv'), clickhouseConfig))
  const found = await clickhouse.query({
    query: `SELECT kind, bitrate_kbps, top_kbps, throughput_kbps, starved, starting FROM playback_events
      WHERE stream_id = {stream:UUID} ORDER BY seq`,
    query_params: { stream: streamId },
    format: 'JSONEachRow',
  })
  const rows = await found.json<{ kind: string; throughput_kbps: number | null }>()
  await clickhouse.close()
  return rows
}

describe('the player', () => {
  test('is heard for more than thirty seconds, and its stream reaches the dashboard and the royalties', async () => {
    const player = await playing()
    const first = await player.marks()
    const title = await player.page.locator('.bar-title').textContent()

    const heard: number[] = []
    while ((await playheadMs(player)) < 32_000) {
      const { signalRms, state } = await player.marks()
      expect(state).toBe('playing')
      heard.push(Number(signalRms))
      await player.page.waitForTimeout(500)
    }
    const audible = heard.filter((rms) => rms > AUDIBLE_RMS).length
    expect(audible / heard.length).toBeGreaterThan(0.8)
    expect(Number((await player.marks()).ackedEvents)).toBeGreaterThanOrEqual(4)
    await soon(() => player.page.locator('.status').textContent()).toContain('position at')

    const board = await open('/dashboard')
    await signInAs(board.page, 'Noor Haddad')
    await soon(async () => Number((await board.marks()).listenersNow)).toBeGreaterThan(0)
    await soon(() => board.page.locator('.area-now').textContent()).toContain('Germany')
    await soon(() => board.page.locator('.area-tracks').textContent()).toContain(title)

    await player.page.getByRole('button', { name: 'Next track' }).click()
    await soon(async () => (await player.marks()).streamId).not.toBe(first.streamId)
    const ids = async () => (await royaltyStreams()).map((stream) => stream.stream_id)
    await soon(ids, { interval: 1_000 }).toContain(first.streamId)
    const artist = board.page.locator('.area-artists button').first()
    await soon(() => artist.count()).toBe(1)
    await artist.click()
    await soon(() => board.page.getByRole('dialog').textContent()).toContain('Streams that count')

    expect([...player.errors, ...board.errors]).toEqual([])

    const paid = (await royaltyStreams()).find((stream) => stream.stream_id === first.streamId)
    expect(paid).toMatchObject({ counted: true, territory: 'DE', tier: 'individual', track_title: title })
    expect(paid?.ms_played).toBeGreaterThan(30_000)

    const events = () => transportOf(first.streamId ?? '')
    await soon(async () => (await events()).map(({ kind }) => kind)).toContain('skipped')
    const [started, ...later] = await events()
    const known = { bitrate_kbps: 160, top_kbps: 160, throughput_kbps: expect.any(Number) }
    expect(started, 'T5').toEqual({ kind: 'started', ...known, starved: false, starting: false })
    for (const event of later) {
      expect(event, 'T5').toMatchObject({ ...known, starved: expect.any(Boolean), starting: expect.any(Boolean) })
      expect(event.throughput_kbps).toBeGreaterThan(0)
    }
  })

  test('seeks inside and outside its buffer, pauses, goes on, and goes to the next track and back', async () => {
    const player = await playing()
    const { page } = player
    const seekTo = async (seconds: number) => {
      await page.getByLabel('Place in the track').evaluate((slider, to) => {
        if (!(slider instanceof HTMLInputElement)) throw new Error('the place is no slider')
        slider.value = String(to)
        slider.dispatchEvent(new Event('input', { bubbles: true }))
        slider.dispatchEvent(new Event('change', { bubbles: true }))
      }, seconds)
    }
    for (const seconds of [12, 55, 8]) {
      await seekTo(seconds)
      await soon(() => playheadMs(player)).toBeGreaterThan(seconds * 1_000 + 400)
      expect(await playheadMs(player)).toBeLessThan(seconds * 1_000 + 6_000)
      expect((await player.marks()).state).toBe('playing')
    }

    await page.keyboard.press('Space')
    await soon(async () => (await player.marks()).state).toBe('paused')
    const stoodAt = await playheadMs(player)
    await page.waitForTimeout(1_200)
    expect(await playheadMs(player)).toBe(stoodAt)
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await soon(() => playheadMs(player)).toBeGreaterThan(stoodAt + 500)

    const before = await player.marks()
    await page.getByRole('button', { name: 'Next track' }).click()
    await soon(async () => (await player.marks()).trackId).not.toBe(before.trackId)
    await soon(async () => (await player.marks()).state).toBe('playing')
    await page.getByRole('button', { name: 'Previous track' }).click()
    await soon(async () => (await player.marks()).trackId).toBe(before.trackId)

    await page.getByLabel('Bitrate').selectOption('320')
    await soon(() => page.locator('.status').textContent()).toContain('320 kbps')
    expect(player.errors).toEqual([])
  })

  test('goes on with the next track by itself', async () => {
    const player = await playing()
    const before = await player.marks()
    await player.page.getByLabel('Place in the track').evaluate((slider) => {
      if (!(slider instanceof HTMLInputElement)) throw new Error('the place is no slider')
      slider.value = String(Number(slider.max) - 3)
      slider.dispatchEvent(new Event('change', { bubbles: true }))
    })
    await soon(async () => (await player.marks()).trackId).not.toBe(before.trackId)
    await soon(() => playheadMs(player)).toBeGreaterThan(500)
  })

  test('keeps playing while the gateway is killed and comes back, without a gap and as the same stream', async () => {
    const player = await playing()
    await soon(async () => Number((await player.marks()).bufferMs)).toBeGreaterThan(20_000)
    const before = await player.marks()
    await gateway.kill('SIGKILL')
    await soon(async () => (await player.marks()).connection).toBe('disconnected')

    let last = await playheadMs(player)
    const watch = async () => {
      const now = await player.marks()
      expect(now.state).toBe('playing')
      expect(Number(now.playheadMs)).toBeGreaterThanOrEqual(last)
      last = Number(now.playheadMs)
      return now
    }
    const restarting = startOnItsPort()
    await soon(async () => (await watch()).connection).toBe('connected')
    gateway = await restarting
    expect((await watch()).streamId).toBe(before.streamId)
    expect((await watch()).trackId).toBe(before.trackId)
    expect(last).toBeGreaterThan(Number(before.playheadMs))
    expect(player.errors.filter((error) => !REFUSED.test(error))).toEqual([])
  })
})

describe('the dashboard', () => {
  test('is for analysts: a listener is told so, and can sign in as someone else', async () => {
    const board = await open('/dashboard')
    await signInAs(board.page, 'Ben Carter')
    await soon(() => board.page.locator('main').textContent()).toContain('The dashboard is for analysts')
    await board.page.getByRole('button', { name: 'Sign in as someone else' }).click()
    await board.page.getByRole('button', { name: 'Noor Haddad' }).click()
    await soon(async () => (await board.marks()).state).toBe('live')
    await board.page.getByLabel('24 h').check()
    await soon(() => board.page.locator('.area-streams .chart').getAttribute('aria-label')).toContain('24 h')
  })

  test('says so when its figures are not live any more, and recovers', async () => {
    const board = await open('/dashboard')
    await signInAs(board.page, 'Noor Haddad')
    await soon(async () => (await board.marks()).state).toBe('live')
    await gateway.kill('SIGKILL')
    await expect.poll(() => board.page.getByRole('alert').textContent()).toMatch(/Not live since .* does not answer/)
    gateway = await startOnItsPort()
    await soon(() => board.page.getByRole('alert').isVisible()).toBe(false)
  })

  test('forgets the sign-in: the issuer asks again, and its tokens are good no more', async () => {
    const board = await open('/dashboard')
    await signInAs(board.page, 'Noor Haddad')
    const stored = await board.page.evaluate(() => sessionStorage.getItem('segue.tokens.segue-dashboard'))
    const { access_token } = JSON.parse(stored ?? '{}') as { access_token: string }
    const status = async () =>
      (await fetch(`${gateway.http}/api/dashboard`, { headers: { authorization: `Bearer ${access_token}` } })).status
    expect(await status()).toBe(200)
    await board.page.getByRole('button', { name: 'Sign out' }).click()
    await soon(status).toBe(401)
    await board.page.getByRole('button', { name: 'Sign in' }).click()
    await board.page.getByRole('heading', { name: 'Who is listening?' }).waitFor()
  })
})

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1_360, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1_360, height: 900 } },
  { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', viewport: { width: 2_560, height: 1_440 } },
] as const

describe.each(LOOKS)('in $colorScheme at $viewport.width px', (look) => {
  test('the player is accessible and no wider than the screen', async () => {
    const player = await playing(look)
    expect(await accessibilityFaults(player.page)).toEqual([])
    expect(await overflow(player)).toBe(0)
  })

  test('the dashboard is accessible and no wider than the screen', async () => {
    const board = await open('/dashboard', look)
    await board.page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await accessibilityFaults(board.page)).toEqual([])
    await signInAs(board.page, 'Noor Haddad')
    await soon(async () => (await board.marks()).state).toBe('live')
    expect(await accessibilityFaults(board.page)).toEqual([])
    expect(await overflow(board)).toBe(0)
  })
})

const overflow = ({ page }: OpenPage) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))
