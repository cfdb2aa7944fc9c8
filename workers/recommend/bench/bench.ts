/** Owns what the worker costs: how fast it learns and makes lists on one core, and what its lists take in Redis. */

import type { Redis } from '../../../infra/redis/client.ts'
import { createNeighbourStore } from '../../../infra/redis/neighbour-store.ts'
import { MOST_NEIGHBOURS, type Neighbours } from '../../../protocol/events/neighbours.ts'
import { encodeRecord } from '../../../protocol/events/record-codec.ts'
import { TOPICS } from '../../../protocol/events/topics.ts'
import { readRecord } from '../../playback-record.ts'
import { ended } from '../../testing/records.ts'
import { distil } from '../live/distil.ts'
import { listenOf } from '../live/listen.ts'
import { MEMORY_LIMITS, Memory } from '../live/memory.ts'
import { packState } from '../live/state-bytes.ts'
import { makeSessions, SMALL } from '../testing/made-sessions.ts'

const idOf = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`
const LISTS_AT_ONCE = 2_000
const ONE_SECOND_MS = 1_000

export interface BenchSize {
  readonly sessions: number
  readonly tracks: number
}

interface Play {
  readonly id: number
  readonly item: number
  readonly n: number
  readonly at: number
}

/** The sessions of a minute side by side. */
function playsOf({ sessions, tracks }: BenchSize): Play[] {
  const { tracksOfAlbum, albumsOfMood } = SMALL
  const albums = Math.ceil(tracks / tracksOfAlbum)
  const world = makeSessions(1, { sessions, moods: albums, albumsOfMood, tracksOfAlbum, albums })
  const heard = [...world.train, ...world.test].flatMap(({ id, items, startsAt }) =>
    items.map((item, n) => ({ id, item, n, at: startsAt + 200 * n })),
  )
  return heard.sort((a, b) => a.at - b.at)
}

/** As Kafka has it. */
function recordOf({ id, item, n, at }: Play): Uint8Array {
  return encodeRecord(
    ended('acct', {
      ...{ session_id: idOf(id), stream_id: idOf(1e11 + 1e3 * id + n), track_id: idOf(item) },
      ...{ ended_at_ms: at * 1000, started_at_ms: at * 1000 - 1, country: id % 3 === 0 ? 'US' : 'DE' },
      ...(item % 9 === 0 ? { ms_played: 5_000, reason_end: 'next' } : {}),
    }),
  )
}

export interface Learning {
  readonly events: number
  readonly tracks: number
  readonly sessions: number
  readonly eventsASecond: number
  /** Of processor: whatever else the machine does. */
  readonly eventsAProcessorSecond: number
  readonly listsASecond: number
  readonly listsAProcessorSecond: number
  readonly stateBytes: number
  readonly heapBytes: number
}

/** Processor time of one part of the work. */
class Usage {
  usedMs = 0
  #from = process.cpuUsage()

  begin(): void {
    this.#from = process.cpuUsage()
  }
  end(): void {
    const { user, system } = process.cpuUsage(this.#from)
    this.usedMs += (user + system) / 1_000
  }
}

/** Reading, learning and making up to so many lists for every second of learning, as the worker does at full load. */
export function benchLearning(size: BenchSize): Learning {
  const plays = playsOf(size)
  const { partitions } = TOPICS.playbackEvents
  const memory = new Memory({ ...MEMORY_LIMITS, sessionsOfPartition: Math.ceil(size.sessions / partitions) })
  const heapBefore = process.memoryUsage().heapUsed
  let [lists, listMs, learnMs, sinceMs] = [0, 0, 0, 0]
  const [learning, listing] = [new Usage(), new Usage()]
  for (let from = 0; from < plays.length; from += 1_000) {
    const records = plays.slice(from, from + 1_000).map(recordOf)
    const startedAt = performance.now()
    learning.begin()
    for (const bytes of records) {
      const listen = listenOf(readRecord(bytes))
      if (listen !== undefined) memory.take(Number(listen.sessionId.slice(-3)) % partitions, listen)
    }
    learning.end()
    const took = performance.now() - startedAt
    learnMs += took
    sinceMs += took
    if (sinceMs < ONE_SECOND_MS) continue
    sinceMs = 0
    const listsFrom = performance.now()
    listing.begin()
    let made = 0
    for (const track of memory.dirty) {
      if (made === LISTS_AT_ONCE) break
      memory.dirty.delete(track)
      distil(memory, track, () => true)
      made += 1
    }
    lists += made
    listing.end()
    listMs += performance.now() - listsFrom
  }
  const heapBytes = process.memoryUsage().heapUsed - heapBefore
  const restFrom = performance.now()
  listing.begin()
  for (const track of [...memory.dirty].slice(0, 10 * LISTS_AT_ONCE)) {
    distil(memory, track, () => true)
    lists += 1
  }
  listing.end()
  listMs += performance.now() - restFrom
  let stateBytes = 0
  for (let partition = 0; partition < partitions; partition += 1)
    stateBytes += packState(memory, partition, { edition: 1, readTo: 0n }).length
  return {
    events: plays.length,
    tracks: memory.tracks,
    sessions: memory.sessions,
    eventsASecond: Math.round((plays.length / learnMs) * 1000),
    eventsAProcessorSecond: Math.round((plays.length / learning.usedMs) * 1000),
    listsASecond: Math.round((lists / listMs) * 1000),
    listsAProcessorSecond: Math.round((lists / listing.usedMs) * 1000),
    stateBytes,
    heapBytes,
  }
}

/** What full lists of so many tracks take in a Redis, by its own account. The database must be empty of others' writes meanwhile. */
export async function benchRedis(redis: Redis, tracks: number): Promise<{ bytes: number; bytesATrack: number }> {
  const store = createNeighbourStore(redis)
  const usedBytes = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
  const before = await usedBytes()
  // An edition that is never published: nobody reads it.
  const edition = await store.newEdition()
  const all = Array.from({ length: tracks }, (_, n) => idOf(n))
  const listOf = (n: number): Neighbours => ({
    trackIds: Array.from({ length: MOST_NEIGHBOURS }, (_, i) => idOf((n + i + 1) % tracks)),
    beside: new Uint8Array(MOST_NEIGHBOURS).fill(7),
    after: new Uint8Array(MOST_NEIGHBOURS).fill(7),
  })
  for (let from = 0; from < tracks; from += 1_000) {
    const part = all.slice(from, from + 1_000)
    await store.write(edition, new Map(part.map((id, n) => [id, listOf(from + n)])))
  }
  const bytes = (await usedBytes()) - before
  for (let from = 0; from < tracks; from += 1_000)
    await store.write(edition, new Map(all.slice(from, from + 1_000).map((id) => [id, undefined])))
  return { bytes, bytesATrack: Math.round(bytes / tracks) }
}
