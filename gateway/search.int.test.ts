/** Owns the test of searching: what is found as one types, misspells or speaks another script, for whom, over the socket, HTTP and the page; and what goes on without OpenSearch. */

import { mkdir } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { userIdOf } from '../infra/demo/world/demo-accounts.ts'
import { PEOPLE } from '../infra/issuer/people.ts'
import { signIn } from '../infra/issuer/sign-in.ts'
import { beginIndex, finishIndex } from '../infra/opensearch/catalog-indices.ts'
import { createOpenSearch } from '../infra/opensearch/client.ts'
import type { CatalogDocument, Kind } from '../infra/opensearch/documents.ts'
import {
  SEARCH_SERVERS_WITHIN_MS,
  type SearchServers,
  startSearchServers,
} from '../infra/opensearch/testing/search-servers.ts'
import { writeDocuments } from '../infra/opensearch/write-documents.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { withPool } from '../infra/postgres/with-pool.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { type FaultProxy, startFaultProxy } from '../infra/stack/fault-proxy.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { Found } from '../protocol/messages/found.ts'
import type { Search } from '../protocol/messages/search.ts'
import { accessibilityFaults, launchBrowser, type OpenPage, openPage, signInAs } from './pages/testing/browser.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'

const ADA = PEOPLE.find(({ accountId }) => accountId === 'acct-ada')
const HOME = ADA?.country ?? ''
const ELSEWHERE = 'AQ'

const idOf = new Map<string, string>()
const made = (kind: Kind, title: string, more: Partial<CatalogDocument> = {}): CatalogDocument => {
  const id = uuidv7(Date.now())
  idOf.set(title, id)
  return { kind, id, title, is_explicit: false, only_in: ['*'], not_in: [], ...more }
}
const DOCUMENTS: readonly CatalogDocument[] = [
  made('artist', 'Sigur Rós', { popularity: 60 }),
  ...(
    [
      ['Glósóli', { duration_ms: 375_000, popularity: 30 }],
      ['Hoppípolla', { duration_ms: 268_000, popularity: 70 }],
    ] as const
  ).map(([title, more]) =>
    made('track', title, { artist: 'Sigur Rós', artist_id: idOf.get('Sigur Rós') ?? '', album: 'Takk...', ...more }),
  ),
  made('album', 'Takk...', { artist: 'Sigur Rós', tracks: 2 }),
  made('track', "Don't Look Back", { artist: 'Fine Young Thieves', album: 'Doors' }),
  made('track', 'Группа крови', { artist: 'Кино', album: 'Группа крови' }),
  made('track', '夜に駆ける', { artist: 'Yoru', album: 'Book One' }),
  made('track', '봄날', { artist: '방탄', album: 'Wings' }),
  made('track', 'Sunflower Lanes', { artist: 'Post Marlowe feat. Swan Lee', album: 'Hollow' }),
  made('track', 'Sailing Home', { artist: 'Quiet Ones', album: 'Harbour', popularity: 5 }),
  made('track', 'Sailing Home', { artist: 'Loud Ones', album: 'Harbour', popularity: 80 }),
  made('track', 'Filthy Words', { artist: 'Rude Ones', album: 'Rude', is_explicit: true }),
  made('track', 'Only Here', { artist: 'Locals', album: 'Local', only_in: [HOME] }),
  made('track', 'Only Elsewhere', { artist: 'Locals', album: 'Local', only_in: [ELSEWHERE] }),
  made('track', 'Never Here', { artist: 'Locals', album: 'Local', not_in: [HOME] }),
  made('playlist', 'Rainy Sundays', { tracks: 12 }),
  ...Array.from({ length: 25 }, (_, n) =>
    made('track', `Numbered Song ${n}`, { artist: 'Counting', album: 'Numbers' }),
  ),
]

let servers: SearchServers
let proxy: FaultProxy
let gateway: GatewayProcess
let player: RawPlayer
let token: string
let browser: Browser
let opened: OpenPage | undefined
let lastId = 1_000

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  servers = await startSearchServers(stack, ['opensearch'])
  const url = servers.env.SEGUE_OPENSEARCH_URL ?? ''
  const client = createOpenSearch(url)
  const index = await beginIndex(client, { at: '0/0', files: '' }, Date.now())
  await writeDocuments(client, { indices: [index], version: 1, documents: DOCUMENTS, gone: [] })
  await finishIndex(client, index)
  await client.close()
  proxy = await startFaultProxy(url)
  // On the port that the issuer knows the pages by.
  gateway = await startGateway({ ...stack, SEGUE_OPENSEARCH_URL: proxy.through(url) }, Number(stack.SEGUE_GATEWAY_PORT))
  const { accessToken } = await signIn({
    issuerUrl: stack.SEGUE_ISSUER_URL ?? '',
    redirectUri: `${gateway.http}/`,
    accountId: 'acct-ada',
  })
  token = accessToken
  player = await RawPlayer.ready(gateway.ws, token)
  browser = await launchBrowser()
}, SEARCH_SERVERS_WITHIN_MS)

afterEach(async () => {
  await opened?.close()
  opened = undefined
})

afterAll(async () => {
  player?.hangUp()
  await browser?.close()
  await gateway?.stop()
  await proxy?.stop()
  await servers?.stop()
})

async function find(query: string, more: Partial<Search> = {}): Promise<Found> {
  for (;;) {
    lastId += 1
    player.says({ type: 'search', id: lastId, query, ...more })
    let heard = await player.hearsAny()
    while (heard.type !== 'found' && heard.type !== 'error') heard = await player.hearsAny()
    expect(heard.re).toBe(lastId)
    if (heard.type === 'found') return heard
    // An index that is cold answers later than a search may take.
    expect(heard).toMatchObject({ name: 'unavailable', retriable: true })
  }
}
const titles = async (query: string, more: Partial<Search> = {}) =>
  (await find(query, more)).hits.map(({ title }) => title)
const get = (path: string, bearer = token) =>
  fetch(`${gateway.http}${path}`, { headers: { authorization: `Bearer ${bearer}` } })

describe('search', () => {
  it.each([
    ['as it is typed', 'glos', 'Glósóli'],
    ['its last word not to its end', 'sigur r', 'Sigur Rós'],
    ['without its accents', 'hoppipolla', 'Hoppípolla'],
    ['without its apostrophe', 'dont look', "Don't Look Back"],
    ['with a letter wrong', 'sunflowr lanes', 'Sunflower Lanes'],
    ['with two letters changed about', 'hopppiolla', 'Hoppípolla'],
    ['with its first letter wrong', 'dunflower', 'Sunflower Lanes'],
    ['with words that belong apart', 'sigurros', 'Sigur Rós'],
    ['with a word cut in two', 'sun flower lanes', 'Sunflower Lanes'],
    ['by the artist with it', 'sunflower ft swan', 'Sunflower Lanes'],
    ['in Cyrillic letters', 'группа', 'Группа крови'],
    ['in Latin letters for Cyrillic ones', 'gruppa krovi', 'Группа крови'],
    ['in the middle of what has no spaces', '駆ける', '夜に駆ける'],
    ['in Hangul', '봄날', '봄날'],
    ['as Hangul sounds', 'bomnal', '봄날'],
    ['as a playlist', 'rainy', 'Rainy Sundays'],
  ])('F1 F2 finds what is asked for %s', async (_how, query, title) => {
    expect((await titles(query)).slice(0, 3)).toContain(title)
  })

  it('F3 finds what may be found where the listener is at home, and nothing explicit where that is not wanted', async () => {
    expect(await titles('only here')).toContain('Only Here')
    expect(await titles('only elsewhere')).not.toContain('Only Elsewhere')
    expect(await titles('never here')).not.toContain('Never Here')
    expect(await titles('filthy words')).toEqual(['Filthy Words'])
    expect(await titles('filthy words', { explicit: false })).toEqual([])
    expect((await find('sigur', { kinds: ['artist'] })).hits.map(({ kind }) => kind)).toEqual(['artist'])
  })

  it('F3 finds nothing explicit for who does not hear such, unless it is asked for', async () => {
    const stack = inject('stackEnv')
    const accountId = 'acct-freya'
    const { url } = readEnv(stack, (read) => postgresConfig(read, 'admin'))
    const change = (sql: string) =>
      withPool(url, { applicationName: 'test', maxConnections: 1 }, (pool) =>
        pool.query(sql, [accountId, userIdOf(accountId)]),
      )
    // As the demo enters her, which other tests do after this one.
    await change(
      `INSERT INTO users (user_id, account_id, country, hears_explicit) VALUES ($2, $1, 'SE', false)
       ON CONFLICT (account_id) DO UPDATE SET hears_explicit = false`,
    )
    const redirectUri = `${gateway.http}/`
    const { accessToken } = await signIn({ issuerUrl: stack.SEGUE_ISSUER_URL ?? '', redirectUri, accountId })
    const found = async (more: string) => {
      const answer = await get(`/v1/search?q=filthy+words${more}`, accessToken)
      return answer.ok ? (await answer.json()).hits.map(({ title }: Found['hits'][number]) => title) : answer.status
    }
    // Of whom nothing is known yet, the first search has it asked for.
    await expect.poll(() => found('')).toEqual([])
    await expect.poll(() => found('&explicit=true')).toEqual(['Filthy Words'])
    expect(await titles('filthy words')).toEqual(['Filthy Words'])
    await change('UPDATE users SET hears_explicit = true WHERE account_id = $1 AND user_id = $2')
  })

  it('F4 puts what is listened to first among equals, marks what was asked for, and pages', async () => {
    const { hits } = await find('sailing ho')
    expect(hits.map(({ artist }) => artist)).toEqual(['Loud Ones', 'Quiet Ones'])
    expect(hits[0]).toMatchObject({ title_marks: [0, 7, 8, 10] })
    expect(hits[0]).not.toHaveProperty('popularity')
    const whole = await find('numbered song', { limit: 50 })
    const pages = await Promise.all(
      [0, 10, 20].map(async (offset) => (await get(`/v1/search?q=numbered+song&offset=${offset}`)).json()),
    )
    expect(whole.total).toBe(25)
    expect(pages.flatMap((page: Found) => page.hits.map(({ id }) => id))).toEqual(whole.hits.map(({ id }) => id))
  })

  it('F1 F5 is asked over HTTP as well, and says what is wrong with a question', async () => {
    const answer = await get('/v1/search?q=sigur+r&kinds=artist,track&explicit=false&limit=2')
    const { total, hits } = await find('sigur r', { kinds: ['artist', 'track'], explicit: false, limit: 2 })
    expect(await answer.json()).toEqual({ total, hits })
    for (const [path, status, name] of [
      ['/v1/search', 400, 'invalid_message'],
      ['/v1/search?q=%20', 400, 'invalid_message'],
      ['/v1/search?q=a&kinds=song', 400, 'invalid_message'],
      ['/v1/search?q=a&limit=51', 400, 'invalid_message'],
      ['/v1/search?q=a&offset=x', 400, 'invalid_message'],
      ['/v1/search?q=a&explicit=maybe', 400, 'invalid_message'],
    ] as const) {
      const refused = await get(path)
      expect([path, refused.status, (await refused.json()).error.name]).toEqual([path, status, name])
    }
    expect((await get('/v1/search?q=a', 'none')).status).toBe(401)
    // What query languages have for signs is nothing but text.
    expect(await titles('"*:() AND [x TO')).toEqual([])

    for (let n = 0; n < 12; n += 1) player.says({ type: 'search', id: 5_000 + n, query: `numbered ${n}` })
    const answers = []
    while (answers.length < 12) {
      const message = await player.hearsAny()
      if (message.type === 'found' || message.type === 'error') answers.push(message)
    }
    for (const message of answers)
      if (message.type === 'error' && message.name !== 'unavailable')
        expect(message).toMatchObject({ name: 'too_many_requests', retriable: true })
    expect(answers.some(({ type }) => type === 'found')).toBe(true)
  })

  it('F7 what is called as was asked for plays next as well, and says so; what is only begun to be typed does not', async () => {
    const listener = await RawPlayer.ready(gateway.ws, token)
    const catalog = await (await get('/api/catalog')).json()
    listener.says({ type: 'play', id: 1, track_id: catalog.artists[0].albums[0].tracks[0].track_id })
    await listener.hears('up_next')
    // The first that it finds is Hoppípolla: nothing is told for that.
    listener.says({ type: 'search', id: 2, query: 'hoppíp' })
    expect((await listener.hears('found')).hits[0]?.title).toBe('Hoppípolla')
    listener.says({ type: 'search', id: 3, query: 'sigur ros' })
    const sought = async () => {
      for (;;) {
        const { tracks } = await listener.hears('up_next')
        const because = tracks.filter(({ why }) => why.includes('searched'))
        if (because.length > 0) return because.map(({ title, why }) => `${title}: ${why}`).sort()
      }
    }
    const why = 'because you searched for Sigur Rós'
    expect(await sought()).toEqual([`Glósóli: ${why}`, `Hoppípolla: ${why}`])
    // The list of the next track has them too.
    listener.says({ type: 'next', id: 4, reason: 'next', position_ms: 0, stream_id: listener.streamId })
    expect(await sought()).toEqual([`Glósóli: ${why}`, `Hoppípolla: ${why}`])
    listener.signsOut()
  })

  it.each(['cut', 'hang'] as const)(
    'F6 says that it is unavailable when OpenSearch is out of reach (%s), and all else goes on',
    async (fault) => {
      await proxy[fault]()
      const beganMs = Date.now()
      player.says({ type: 'search', id: 9_001, query: 'sigur' })
      expect(await player.hears('error')).toMatchObject({ re: 9_001, name: 'unavailable', retriable: true })
      expect(Date.now() - beganMs).toBeLessThan(4_000)
      const answer = await get('/v1/search?q=sigur')
      expect([answer.status, (await answer.json()).error.name]).toEqual([503, 'unavailable'])
      expect((await get('/api/catalog')).status).toBe(200)
      player.says({ type: 'heartbeat', sent_at_ms: 1 })
      await player.hears('heartbeat_ack')
      const ready = await (await fetch(`${gateway.http}/readyz`)).json()
      expect(ready.ready).toBe(true)
      await expect
        .poll(async () => (await (await fetch(`${gateway.http}/readyz`)).json()).degraded)
        .toEqual(['opensearch'])
      await proxy.restore()
      await expect.poll(async () => (await get('/v1/search?q=sigur')).status).toBe(200)
      expect(await metric(gateway, 'segue_gateway_searches_total{result="unavailable"}')).toBeGreaterThan(0)
    },
  )
})

describe('the search box of the player page', () => {
  it('finds as one types, is led by keys, plays nothing that was not picked, and does without OpenSearch', async () => {
    opened = await openPage(browser, `${gateway.http}/`)
    const { page, errors } = opened
    await signInAs(page, 'Ada Brandt')
    await expect.poll(async () => (await opened?.marks())?.connection).toBe('connected')
    const box = page.getByRole('searchbox', { name: 'Find in the catalog' })
    await box.pressSequentially('sigr ro', { delay: 30 })
    const first = page.locator('.found-row').first()
    // What was found for the first letters may be seen before.
    await expect.poll(() => first.locator('mark').allTextContents()).toContain('Sigur')
    expect(await page.locator('.found-row').count()).toBeGreaterThan(1)
    expect(await accessibilityFaults(page)).toEqual([])
    if (process.env.SEGUE_SCREENSHOTS) {
      await mkdir(process.env.SEGUE_SCREENSHOTS, { recursive: true })
      await page.screenshot({ path: `${process.env.SEGUE_SCREENSHOTS}/search.png` })
    }
    await box.press('ArrowDown')
    expect(await first.evaluate((row) => row === document.activeElement)).toBe(true)
    await page.keyboard.press('ArrowDown')
    expect(
      await page
        .locator('.found-row')
        .nth(1)
        .evaluate((row) => row === document.activeElement),
    ).toBe(true)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await box.evaluate((input) => input === document.activeElement)).toBe(true)
    await box.press('Escape')
    await expect.poll(() => page.locator('.album').count()).toBeGreaterThan(0)

    await proxy.cut()
    await box.pressSequentially('neon', { delay: 30 })
    await expect.poll(() => page.locator('.told').textContent()).toContain('Search is away for now')
    await page.getByRole('button', { name: 'Neon Umbrella' }).waitFor()
    await proxy.restore()
    expect(errors).toEqual([])
  })
})
