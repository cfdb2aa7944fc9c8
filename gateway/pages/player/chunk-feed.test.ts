/** Owns the test of getting audio: asked for once, appended in order, and asked for again when it did not come. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Grant, type ThroughputMeter, throughputMeter } from '../../../protocol/client/index.ts'
import { aTrack } from '../../../session/fixtures.ts'
import { type ChunkFeed, type CreditWindow, createChunkFeed } from './chunk-feed.ts'
import type { MediaBuffer } from './media-buffer.ts'

const TRACK = aTrack({
  duration_ms: 40_000,
  renditions: ([96, 160, 320] as const).map((bitrate_kbps) => ({ bitrate_kbps, codec: 'mp4a.40.2', chunk_count: 10 })),
})

let positionMs: number
let credits: CreditWindow[]
let appended: string[]
let removed: [number, number][]
let failures: string[]
let answer: (url: string) => Response | Promise<Response>
let fetched: string[]
let feed: ChunkFeed
let throughput: ThroughputMeter

const media: MediaBuffer = {
  async append(bytes) {
    appended.push(new TextDecoder().decode(bytes))
  },
  async remove(startS, endS) {
    removed.push([startS, endS])
  },
  // Whatever was appended is there: the feed is what is tested.
  ranges: () => [{ startS: 0, endS: 40 }],
  async end() {
    appended.push('end')
  },
  close() {},
}

const grant = (rate: 96 | 160 | 320, ...indexes: number[]): Grant => ({
  type: 'grant',
  stream_id: 's',
  bitrate_kbps: rate,
  expires_at_ms: Date.now() + 60_000,
  init_url: `${rate}/init`,
  chunks: indexes.map((index) => ({ index, url: `${rate}/${index}` })),
})

beforeEach(() => {
  vi.useFakeTimers()
  ;[positionMs, credits, appended, removed, failures, fetched] = [0, [], [], [], [], []]
  answer = (url) => new Response(url)
  throughput = throughputMeter()
  vi.stubGlobal('fetch', async (url: string) => {
    fetched.push(url)
    return answer(url)
  })
  feed = createChunkFeed({
    plays: TRACK,
    media,
    bitrate: 160,
    throughput,
    positionMs: () => positionMs,
    serverNowMs: () => Date.now(),
    credit: (window) => credits.push(window),
    failed: (reason) => failures.push(reason),
  })
})

afterEach(() => {
  feed.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('asks for a window, appends the initialisation once and before the chunks', async () => {
  feed.tick()
  feed.tick()
  expect(credits).toEqual([{ bitrate_kbps: 160, next_chunk: 0, chunks: 8 }])
  feed.accept(grant(160, 0, 1, 2))
  await pass(10)
  expect(appended[0]).toBe('160/init')
  expect(appended.slice(1).sort()).toEqual(['160/0', '160/1', '160/2'])
  expect(fetched.filter((url) => url === '160/init')).toHaveLength(1)
  expect(credits.at(-1)).toEqual({ bitrate_kbps: 160, next_chunk: 3, chunks: 5 })
})

test('says the same window again only after a while', async () => {
  feed.tick()
  await pass(500)
  feed.tick()
  expect(credits).toHaveLength(1)
  await pass(2_000)
  feed.tick()
  expect(credits).toHaveLength(2)
})

test('tries an address again when the line broke', async () => {
  let broken = true
  answer = (url) => {
    if (url === '160/1' && broken) throw new TypeError('network')
    return new Response(url)
  }
  feed.accept(grant(160, 0, 1))
  await pass(10)
  expect(appended).toEqual(['160/init', '160/0'])
  broken = false
  await pass(5_000)
  expect(appended).toContain('160/1')
  expect(failures).toEqual([])
})

test('asks for another address when the store refuses one', async () => {
  answer = (url) => new Response(url, { status: url === '160/0' ? 403 : 200 })
  feed.accept(grant(160, 0))
  await pass(1_000)
  expect(credits.at(-1)?.next_chunk).toBe(0)
  answer = (url) => new Response(url)
  feed.accept(grant(160, 0))
  await pass(1_000)
  expect(appended).toContain('160/0')
})

test('outlasts a store that is away for longer than its addresses live, and asks for fresh ones', async () => {
  answer = () => {
    throw new TypeError('the store is away')
  }
  feed.accept(grant(160, 0, 1))
  for (let s = 0; s < 90; s++) {
    await pass(1_000)
    feed.tick()
  }
  expect(failures).toEqual([])
  // Not given up, and not hammered: in the minute that an address lives, pauses grow to 2 to 4 s.
  const tries = fetched.filter((url) => url === '160/0').length
  expect(tries).toBeGreaterThan(10)
  expect(tries).toBeLessThan(40)
  expect(credits.at(-1)).toEqual({ bitrate_kbps: 160, next_chunk: 0, chunks: 8 })
  answer = (url) => new Response(url)
  feed.accept(grant(160, 0, 1))
  await pass(5_000)
  expect(appended.toSorted()).toEqual(['160/0', '160/1', '160/init'])
})

test('takes 503 for a store that is away, and gives one up that stays away, and says why', async () => {
  answer = () => new Response('', { status: 503 })
  for (let s = 0; s < 240; s++) {
    if (s % 30 === 0) feed.accept(grant(160, 0))
    await pass(1_000)
    feed.tick()
  }
  expect(failures).toEqual(['the store answered 503'])
})

test('gives up after several refusals, and says why', async () => {
  answer = () => new Response('', { status: 403 })
  for (let s = 0; s < 60; s++) {
    feed.accept(grant(160, 0))
    await pass(1_000)
  }
  expect(failures).toEqual(['the store answered 403'])
})

test('another bitrate replaces what lies beyond the next chunk', async () => {
  feed.accept(grant(160, 0, 1, 2, 3))
  await pass(10)
  feed.switchTo(320)
  await pass(10)
  expect(removed).toEqual([[8, 16]])
  expect(credits.at(-1)).toEqual({ bitrate_kbps: 320, next_chunk: 2, chunks: 6 })
  feed.accept(grant(320, 2))
  await pass(10)
  expect(appended.slice(-2)).toEqual(['320/init', '320/2'])
  expect(feed.heardBitrate()).toBe(160)
  positionMs = 9_000
  expect(feed.heardBitrate()).toBe(320)
})

test('lets go of what is far behind, and ends the stream when the end is held', async () => {
  feed.accept(grant(160, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
  await pass(10)
  positionMs = 38_000
  feed.tick()
  await pass(10)
  feed.tick()
  expect(removed).toEqual([[0, 12]])
  expect(appended.at(-1)).toBe('end')
})

test('after it is closed nothing more happens', async () => {
  feed.close()
  feed.accept(grant(160, 0))
  await pass(5_000)
  expect(fetched).toEqual([])
  expect(credits).toEqual([])
})
