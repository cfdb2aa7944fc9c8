import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../infra/demo/seeded-random.ts'
import type { Neighbours } from '../../../protocol/events/neighbours.ts'
import { ended } from '../../testing/records.ts'
import { distil, distilPopular } from './distil.ts'
import { type Listen, listenOf } from './listen.ts'
import { MEMORY_LIMITS, Memory } from './memory.ts'
import { learnPlaylists } from './playlists.ts'
import { packState, unpackState } from './state-bytes.ts'

const LIMITS = { ...MEMORY_LIMITS, sessionsOfPartition: 100 }
const idOf = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`
let streams = 0
const listen = (session: number, track: number, fields: Partial<Listen> = {}): Listen => {
  streams += 1
  const who = { sessionId: idOf(session), streamId: idOf(streams), trackId: idOf(track) }
  return { ...who, country: 'DE', at: 1_000 + session, isSkip: false, ...fields }
}
const isThere = () => true
const listOf = (memory: Memory, track: number, there: (id: string) => boolean = isThere): Neighbours | undefined => {
  const known = memory.track(idOf(track))
  return known && distil(memory, known, there)
}
/** As shares of a whole, by the number of the track. */
const shown = (list: Neighbours | undefined) =>
  Object.fromEntries((list?.trackIds ?? []).map((id, n) => [Number(id.slice(-12)), [list?.beside[n], list?.after[n]]]))

describe('what is learned', () => {
  it('is of those who heard a track the share that heard another, and how soon after; few prove little', () => {
    const memory = new Memory(LIMITS)
    for (const track of [1, 2, 3]) memory.take(0, listen(1, track))
    for (const track of [1, 3]) memory.take(0, listen(2, track))
    // Of two, and three that are doubt: 3 is in both, once two steps later and once at the next.
    expect(shown(listOf(memory, 1))).toEqual({ 3: [102, 77], 2: [51, 51] })
    // What came before is beside, and not after.
    expect(shown(listOf(memory, 3))).toEqual({ 1: [102, 0], 2: [51, 0] })
  })

  it('a skip counts against, and a track that was skipped says nothing itself', () => {
    const memory = new Memory(LIMITS)
    for (const session of [1, 2, 3]) {
      memory.take(0, listen(session, 1))
      memory.take(0, listen(session, 2, { isSkip: session > 1 }))
      memory.take(0, listen(session, 3))
    }
    expect(shown(listOf(memory, 1))).toEqual({ 3: [128, 64] })
    // Of 2, one session is left that heard it: between 1 and 3.
    expect(shown(listOf(memory, 2))).toEqual({ 3: [64, 64], 1: [64, 0] })
    expect(distilPopular(memory, 'DE', isThere)).toEqual([1, 3].map(idOf))
  })

  it('a stream that ends twice counts once, and what grew was heard', () => {
    const memory = new Memory(LIMITS)
    memory.take(0, listen(1, 1))
    const skipped = listen(1, 2, { isSkip: true })
    memory.take(0, skipped)
    memory.take(0, { ...skipped, isSkip: false })
    memory.take(0, { ...skipped, isSkip: false })
    expect(shown(listOf(memory, 1))).toEqual({ 2: [64, 64] })
    expect(memory.popularIn('DE').get(memory.track(idOf(2)) as never)).toBe(1)
  })

  it('is nothing of a withdrawn track, from the moment that it is', () => {
    const memory = new Memory(LIMITS)
    for (const track of [1, 2, 3]) memory.take(0, listen(1, track))
    const there = (id: string) => id !== idOf(2)
    expect(shown(listOf(memory, 1, there))).toEqual({ 3: [64, 32] })
    expect(listOf(memory, 2, there)).toBeUndefined()
    expect(distilPopular(memory, 'DE', there)).toEqual([1, 3].map(idOf))
  })

  it('knows so many sessions of a partition, and what only older ones heard is forgotten', () => {
    const memory = new Memory({ ...LIMITS, sessionsOfPartition: 2 })
    for (const session of [1, 2, 3]) for (const track of [1, 10 + session]) memory.take(0, listen(session, track))
    expect(memory.sessions).toBe(2)
    expect(shown(listOf(memory, 1))).toEqual({ 12: [51, 51], 13: [51, 51] })
    expect(listOf(memory, 11)).toBeUndefined()
    expect(memory.track(idOf(11))).toBeUndefined()
    expect(distilPopular(memory, '', isThere)).toEqual([1, 12, 13].map(idOf))
  })

  it('has of an endless session the latest tracks', () => {
    const memory = new Memory({ ...LIMITS, tracksOfSession: 3 })
    for (const track of [1, 2, 3, 4]) memory.take(0, listen(1, track))
    expect(listOf(memory, 1)).toBeUndefined()
    expect(Object.keys(shown(listOf(memory, 4)))).toEqual(['2', '3'])
  })

  it('a track released an hour ago is in lists with the first session that heard it', () => {
    const memory = new Memory(LIMITS)
    for (let session = 1; session < 50; session += 1) for (const track of [1, 2]) memory.take(0, listen(session, track))
    for (const track of [1, 99]) memory.take(0, listen(60, track))
    expect(Object.keys(shown(listOf(memory, 1)))).toContain('99')
  })

  it('playlists count as sessions that nobody heard; one that changes is learned anew, one that goes is forgotten', () => {
    const memory = new Memory(LIMITS)
    const playlist = { playlistId: idOf(7), changedAtMs: 5_000, trackIds: [1, 2].map(idOf) }
    learnPlaylists(memory, [playlist])
    expect(shown(listOf(memory, 1))).toEqual({ 2: [64, 64] })
    expect(distilPopular(memory, '', isThere)).toEqual([])
    learnPlaylists(memory, [{ ...playlist, trackIds: [1, 3].map(idOf) }])
    expect(shown(listOf(memory, 1))).toEqual({ 3: [64, 64] })
    learnPlaylists(memory, [])
    expect(listOf(memory, 1)).toBeUndefined()
  })
})

describe('the state', () => {
  const evening = (seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 3_000 }, () =>
      listen(Math.floor(random() * 150), Math.floor(40 * random() ** 2), { isSkip: random() < 0.2 }),
    )
  }
  const all = (memory: Memory) =>
    Object.fromEntries(Array.from({ length: 40 }, (_, track) => [track, listOf(memory, track)]))

  it('goes on in another process to the same lists, whatever was read again', () => {
    const events = evening(1)
    const steady = new Memory({ ...LIMITS, sessionsOfPartition: 60 })
    for (const event of events) steady.take(2, event)
    const first = new Memory({ ...LIMITS, sessionsOfPartition: 60 })
    for (const event of events.slice(0, 1_700)) first.take(2, event)
    const bytes = packState(first, 2, { edition: 3, readTo: 1_700n })
    const second = new Memory({ ...LIMITS, sessionsOfPartition: 60 })
    expect(unpackState(second, 2, bytes)).toEqual({ edition: 3, readTo: 1_700n })
    for (const event of events.slice(1_700)) second.take(2, event)
    expect(all(second)).toEqual(all(steady))
    for (const country of ['DE', ''])
      expect(distilPopular(second, country, isThere)).toEqual(distilPopular(steady, country, isThere))
  })

  it('is the same however the partitions were mixed', () => {
    const [one, two] = [
      evening(2),
      evening(3).map((event) => ({ ...event, sessionId: event.sessionId.replace('018f', '019f') })),
    ]
    const mixed = new Memory(LIMITS)
    for (const [n, event] of one.entries()) {
      mixed.take(0, event)
      mixed.take(1, two[n] as Listen)
    }
    const parted = new Memory(LIMITS)
    for (const event of two) parted.take(1, event)
    for (const event of one) parted.take(0, event)
    expect(all(parted)).toEqual(all(mixed))
  })

  it('of another version is none', () => {
    const bytes = packState(new Memory(LIMITS), 0, { edition: 1, readTo: 5n })
    expect(
      unpackState(
        new Memory(LIMITS),
        0,
        Uint8Array.from(bytes, (byte, n) => (n === 1 ? 9 : byte)),
      ),
    ).toBeUndefined()
  })
})

describe('a record', () => {
  it.each([
    ['heard for 30 s', { ms_played: 30_000, reason_end: 'stopped' }, false],
    ['short, and heard to its end', { ms_played: 12_000, reason_end: 'completed' }, false],
    ['left soon', { ms_played: 29_999, reason_end: 'next' }, true],
    ['stopped soon', { ms_played: 29_999, reason_end: 'stopped' }, undefined],
    ['lost soon', { ms_played: 0, reason_end: 'lost' }, undefined],
    ['beyond its bounds', { ms_played: 90_000, flags: ['claim-exceeds-elapsed'] }, undefined],
  ] as const)('of a stream that was %s', (_, fields, isSkip) => {
    const { flags = [], ...rest } = fields as { flags?: readonly never[] }
    expect(listenOf(ended('acct', { ...rest, flags: [...flags] }))?.isSkip).toBe(isSkip)
  })
})
