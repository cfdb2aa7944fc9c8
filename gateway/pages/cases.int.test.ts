/** Owns the test of the page of cases, and of the notice on the player: an account with two homes, from its records to what people see. */

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../../infra/demo/load-demo-catalog.ts'
import { signIn } from '../../infra/issuer/sign-in.ts'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog } from '../../infra/kafka/producer.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { StreamStarted } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { type GatewayProcess, startGateway } from '../testing/gateway-process.ts'
import { accessibilityFaults, launchBrowser, type OpenPage, openPage, signInAs } from './testing/browser.ts'
import { startWorkers, type WorkersProcess } from './testing/workers-process.ts'

const DAY_MS = 86_400_000
/** Who is signed in on the player, and whose account plays in two homes. */
const ACCOUNT = 'acct-diego'
const SCREENSHOTS = process.env.SEGUE_SCREENSHOTS

const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })

let browser: Browser
let gateway: GatewayProcess
let workers: WorkersProcess
let pool: Pool
let opened: OpenPage[] = []
const stack = inject('stackEnv')
const playbackLog = createPlaybackLog(readEnv(stack, adminKafkaConfig), 'test', createLogger('test', 'warn'))

beforeAll(async () => {
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  pool = createPool(readEnv(stack, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  gateway = await startGateway(stack, Number(stack.SEGUE_GATEWAY_PORT))
  workers = await startWorkers({ ...stack, SEGUE_SHARING_MODE: 'nudge', SEGUE_SHARING_CHECKPOINT_MS: '200' })
  browser = await launchBrowser()
})

afterEach(async () => {
  await Promise.all(opened.map((page) => page.close()))
  opened = []
})

afterAll(async () => {
  await browser?.close()
  await Promise.all([gateway?.stop(), workers?.stop(), playbackLog.stop(), pool?.end()])
})

async function open(path: string, options?: Parameters<typeof openPage>[2]): Promise<OpenPage> {
  const page = await openPage(browser, `${gateway.http}${path}`, options)
  opened.push(page)
  return page
}

const HOMES = [
  { device: 'tv-berlin', hash: 'a'.repeat(32), asn: 3320, place: { country: 'DE', lat: 52.52, lon: 13.41 } },
  { device: 'tv-paris', hash: 'b'.repeat(32), asn: 3215, place: { country: 'FR', lat: 48.86, lon: 2.35 } },
] as const

async function plays(account: string, atMs: number, home: (typeof HOMES)[number]): Promise<void> {
  const id = uuidv7(atMs)
  const record: StreamStarted = {
    type: 'stream-started',
    v: 1,
    account_id: account,
    session_id: id,
    device_id: home.device,
    device_kind: 'tv',
    plan: 'family',
    country: 'DE',
    network: { epoch: 0, address_hash: home.hash, family: 4, asn: home.asn, place: home.place },
    stream_id: id,
    track_id: id,
    isrc: 'ZZSEG2600001',
    artist_id: id,
    started_at_ms: atMs,
    reason_start: 'pick',
  }
  await playbackLog.append(account, encodeRecord(record))
}

async function playsInTwoHomes(account: string): Promise<void> {
  const evening = Math.floor(Date.now() / DAY_MS) * DAY_MS + 20 * 3_600_000
  for (let ago = 30; ago >= 2; ago -= 1) for (const home of HOMES) await plays(account, evening - ago * DAY_MS, home)
}

const notices = (page: OpenPage) => page.page.locator('[data-notice]')

describe('an account with two homes', () => {
  test('is asked once to verify its household, wherever it plays, and goes on playing', async () => {
    const player = await open('/')
    await signInAs(player.page, 'Diego Luna')
    await soon(async () => (await player.marks()).connection).toBe('connected')
    await playsInTwoHomes(ACCOUNT)
    expect(await notices(player).count()).toBe(0)
    await plays(ACCOUNT, Date.now(), HOMES[0])
    // Workers that were here before may have gone without a word: their group waits for them first.
    await soon(() => notices(player).count(), { timeout: 90_000 }).toBe(1)
    expect(await player.page.getByRole('status').filter({ hasText: 'verify your household' }).count()).toBe(1)
    expect(await accessibilityFaults(player.page)).toEqual([])
    if (SCREENSHOTS !== undefined) await player.page.screenshot({ path: `${SCREENSHOTS}/notice.png` })
    await player.page.getByRole('button', { name: 'Dismiss this notice' }).click()
    expect(await notices(player).count()).toBe(0)

    // A day later it is as high, and too soon.
    const { rows: before } = await pool.query('SELECT * FROM sharing_nudges WHERE account = $1', [ACCOUNT])
    expect(before).toHaveLength(1)
    const metrics = async () => (await fetch(`http://127.0.0.1:${stack.SEGUE_WORKERS_PORT}/metrics`)).text()
    await plays(ACCOUNT, Date.now() + DAY_MS, HOMES[1])
    await soon(metrics).toMatch(/segue_sharing_nudges_total\{result="too_soon"\} 1/)
    expect(await metrics()).toMatch(/segue_sharing_nudges_total\{result="told"\} 1/)
    expect((await pool.query('SELECT * FROM sharing_nudges WHERE account = $1', [ACCOUNT])).rows).toEqual(before)
    expect(await notices(player).count()).toBe(0)
    expect((await player.marks()).connection).toBe('connected')
  })

  test('is a case that an analyst reads and marks, with name and note, and without the account', async () => {
    const board = await open('/cases')
    await signInAs(board.page, 'Noor Haddad')
    await soon(async () => Number((await board.marks()).cases)).toBeGreaterThan(0)
    const { rows } = await pool.query<{ case_id: string }>('SELECT case_id FROM sharing_cases WHERE account = $1', [
      ACCOUNT,
    ])
    const name = `Case ${rows[0]?.case_id.slice(0, 4)}`.toUpperCase().replace('CASE', 'Case')
    await board.page.getByRole('button').filter({ hasText: name }).click()
    const dialog = board.page.getByRole('dialog')
    await soon(() => dialog.textContent()).toContain('2 groups of devices (1 + 1) up to 878 km apart')
    expect(await board.page.content()).not.toContain(ACCOUNT)
    await dialog.getByLabel('Note').fill('Two flats, two cities')
    await dialog.getByRole('button', { name: 'Shared: the case is right' }).click()
    await soon(() => dialog.locator('.history').textContent()).toContain('acct-noor')
    expect(await dialog.locator('.history').textContent()).toContain('Two flats, two cities')
    expect((await pool.query('SELECT status FROM sharing_cases WHERE account = $1', [ACCOUNT])).rows).toEqual([
      { status: 'right' },
    ])
    await dialog.getByRole('button', { name: 'Close' }).click()
    await board.page.getByLabel('Shared', { exact: false }).first().check()
    expect(board.errors).toEqual([])
  })

  test('is nobody’s business but analysts’', async () => {
    const board = await open('/cases')
    await signInAs(board.page, 'Ben Carter')
    expect(await board.page.locator('main').textContent()).toContain('The cases are for analysts')
    expect(await board.page.getByRole('link', { name: 'Cases' }).count()).toBe(0)
    const { accessToken } = await signIn({
      issuerUrl: stack.SEGUE_ISSUER_URL ?? '',
      redirectUri: `${gateway.http}/cases`,
      accountId: 'acct-ben',
    })
    const headers = { authorization: `Bearer ${accessToken}` }
    const { rows: before } = await pool.query<{ case_id: string; status: string }>(
      'SELECT case_id, status FROM sharing_cases WHERE account = $1',
      [ACCOUNT],
    )
    const path = `/api/sharing/cases/${before[0]?.case_id}`
    for (const [asked, init] of [
      ['/api/sharing/cases', {}],
      [path, {}],
      [`${path}/mark`, { method: 'POST', body: '{"mark":"wrong"}' }],
    ] as const) {
      expect((await fetch(`${gateway.http}${asked}`, init)).status).toBe(401)
      expect((await fetch(`${gateway.http}${asked}`, { ...init, headers })).status).toBe(403)
    }
    const { rows: after } = await pool.query('SELECT case_id, status FROM sharing_cases WHERE account = $1', [ACCOUNT])
    expect(after).toEqual(before)
  })
})

const LOOKS = [
  { colorScheme: 'light', viewport: { width: 1_280, height: 900 } },
  { colorScheme: 'dark', viewport: { width: 1_280, height: 900 } },
  { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const

test.each(LOOKS)(
  'the cases are accessible and no wider than the screen: $colorScheme, $viewport.width px',
  async (look) => {
    await pool.query(`UPDATE sharing_cases SET status = 'open'`)
    const board = await open('/cases', look)
    const shot = async (name: string) => {
      if (SCREENSHOTS !== undefined)
        await board.page.screenshot({ path: `${SCREENSHOTS}/${name}-${look.colorScheme}-${look.viewport.width}.png` })
    }
    await signInAs(board.page, 'Noor Haddad')
    await soon(async () => Number((await board.marks()).cases)).toBeGreaterThan(0)
    expect(await accessibilityFaults(board.page)).toEqual([])
    expect(await overflow(board)).toBe(0)
    await shot('cases')
    await board.page.locator('.case').first().click()
    await board.page.getByRole('heading', { name: 'Evidence' }).waitFor()
    expect(await accessibilityFaults(board.page)).toEqual([])
    expect(await overflow(board)).toBe(0)
    await shot('case')
  },
)

const overflow = ({ page }: OpenPage) =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))
