/** Owns what the list of what plays next costs in a gateway: so many track changes a second against a full memory, each measured from when it was due. */

import { NO_TASTE } from '../../infra/catalog/listener-taste.ts'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import type { Logger } from '../../infra/runtime/log.ts'
import { encodeMessage } from '../../protocol/codec.ts'
import { MOST_NEIGHBOURS, type Neighbours } from '../../protocol/events/neighbours.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { type Begin, begin } from '../../session/requests.ts'
import { upNextNow } from '../../session/resumption.ts'
import { newSession, type Session } from '../../session/session.ts'
import type { Track } from '../../session/track.ts'
import type { Listing } from '../catalog.ts'
import { BY_CATALOG, createRecommender } from '../recommender.ts'

export interface BenchSize {
  readonly tracks: number
  readonly sessions: number
  readonly changesASecond: number
  readonly seconds: number
}

export interface Figures {
  readonly changes: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
}

export interface BenchResult {
  /** CPU of the making of one list: whatever else the machine does. */
  readonly listCpuMs: number
  /** The making of the list alone. */
  readonly list: Figures
  /** From the moment the change was due to the frame: the list, the beginning of the stream in the core, the message. */
  readonly frame: Figures
  /** The same with the catalog alone, as it was without neighbours. */
  readonly frameByCatalog: Figures
}

const TRACKS_OF_ALBUM = 12
const LISTS = 20_000
const idOf = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`
const ask = async <T>(work: (givenUp: () => AbortSignal) => Promise<T>): Promise<T> =>
  await work(() => new AbortController().signal)

export async function benchUpNext(size: BenchSize): Promise<BenchResult> {
  const random = seededRandom(1)
  const trackOf = (n: number): Track => ({
    ...{
      track_id: idOf(n),
      title: `Title ${n}`,
      artist_id: idOf(1e9 + Math.floor(n / 30)),
      artist: `Artist ${Math.floor(n / 30)}`,
    },
    ...{ album_id: idOf(2e9 + Math.floor(n / TRACKS_OF_ALBUM)), album: `Album ${Math.floor(n / TRACKS_OF_ALBUM)}` },
    ...{ isrc: 'ZZSEG2600001', duration_ms: 200_000, chunk_ms: 4_000 },
    renditions: [{ bitrate_kbps: 160, codec: 'mp4a.40.2', chunk_count: 50 }],
  })
  const listing = (n: number): Listing => {
    const first = n - (n % TRACKS_OF_ALBUM)
    const album = Array.from({ length: TRACKS_OF_ALBUM }, (_, i) => trackOf((first + i) % size.tracks))
    const byArtist = Array.from({ length: 30 }, (_, i) => trackOf((n - (n % 30) + i) % size.tracks))
    return { track: trackOf(n), album, byArtist }
  }
  const recommender = createRecommender({
    learned: () => ({ edition: 1, popular: new Map([['DE', Array.from({ length: 50 }, (_, n) => idOf(n))]]) }),
    limits: () => new Map(),
    source: {
      neighbours: async (_, ids) =>
        ids.map((id): Neighbours => {
          const n = Number(id.slice(-12))
          const near = Array.from({ length: MOST_NEIGHBOURS }, (_, i) => (n + 1 + i * i) % size.tracks)
          const shares = Uint8Array.from(near, (_, i) => 120 - 4 * i)
          return { trackIds: near.map(idOf), beside: shares, after: shares }
        }),
    },
    readTracks: async (ids) => ids.map((id) => trackOf(Number(id.slice(-12)))),
    readTaste: async () => NO_TASTE,
    writeDismissed: async () => undefined,
    ...{ redis: { ask }, postgres: { ask } },
    metrics: { upNextSeconds: { observe() {} } as never },
    log: console as unknown as Logger,
  })
  const device = { name: 'Kitchen', member: '', place: 'DE' }
  const sessions = Array.from({ length: size.sessions }, (_, n): Session => {
    const who = {
      account_id: `acct-${n}`,
      session_id: uuidv7(1),
      device_id: 'd',
      device_kind: 'web',
      plan: 'individual',
    } as const
    return newSession({ v: 1, country: 'DE', ...who }, device)
  })
  // What they will change to is known before, as catalog and lists are of tracks that are heard.
  const hot = Array.from({ length: 5_000 }, () => listing(Math.floor(size.tracks * random())))
  const changes = (recommends: typeof BY_CATALOG, listMs: Float64Array | undefined) => async () => {
    const count = size.changesASecond * size.seconds
    const frameMs = new Float64Array(count)
    const startedAt = performance.now()
    for (let n = 0; n < count; n += 1) {
      const dueAt = startedAt + (1_000 / size.changesASecond) * n
      while (performance.now() < dueAt) await new Promise((resolve) => setImmediate(resolve))
      const session = sessions[n % sessions.length] as Session
      const of = hot[Math.floor(hot.length * random())] as Listing
      const from = performance.now()
      const upNext = recommends.upNext(session, of)
      if (listMs !== undefined) listMs[n] = performance.now() - from
      begin(session, beginOf(of.track, upNext, n), n)
      encodeMessage(upNextNow(session), 'msgpack')
      frameMs[n] = performance.now() - dueAt
      // What follows each change in a gateway: is anything lacking?
      void recommends.bring(session, of.track)
    }
    return frameMs
  }
  for (const session of sessions) await recommender.bring(session, (hot[0] as Listing).track)
  for (const { track } of hot) await recommender.bring(sessions[0] as Session, track)
  // Each is in the middle of an evening.
  for (const [n, session] of sessions.entries())
    session.played = new Set(
      Array.from({ length: 10 }, (_, i) => (hot[(n * 7 + i) % hot.length] as Listing).track.track_id),
    )
  const cpuBefore = process.cpuUsage()
  for (let n = 0; n < LISTS; n += 1)
    recommender.upNext(sessions[n % sessions.length] as Session, hot[n % hot.length] as Listing)
  const cpu = process.cpuUsage(cpuBefore)
  const listCpuMs = Number(((cpu.user + cpu.system) / 1_000 / LISTS).toFixed(4))
  const listMs = new Float64Array(size.changesASecond * size.seconds)
  const frame = figures(await changes(recommender, listMs)())
  const frameByCatalog = figures(await changes(BY_CATALOG, undefined)())
  return { listCpuMs, list: figures(listMs), frame, frameByCatalog }
}

function beginOf(track: Track, upNext: Begin['upNext'], n: number): Begin {
  return {
    ...{ re: n + 1, streamId: uuidv7(n), track, positionMs: 0, reason: 'next', upNext },
    ...{ endReason: 'completed', endPositionMs: undefined, endStreamId: undefined },
  }
}

function figures(all: Float64Array): Figures {
  const sorted = [...all].sort((a, b) => a - b)
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(3))
  return { changes: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), mostMs: at(1) }
}
