/**
 * Owns what the worker knows: the latest sessions, in order, and by track which sessions heard it. All lists are made of that, so
 * what is learned is bounded by the sessions, ages with them, and does not depend on how their events were mixed.
 */

import type { Listen } from './listen.ts'

export interface KnownTrack {
  readonly id: string
  /** Sessions that heard it, or skipped it; some of them may be gone, or have it no more. */
  heardBy: KnownSession[]
  /** For who counts: sums of the list that is being made. */
  beside: number
  after: number
  seenBy: number
}

export interface KnownSession {
  readonly id: string
  readonly country: string
  /** Of the first that it heard, seconds since 1970. */
  readonly at: number
  /** In the order they were heard, each with whether it was left soon. */
  readonly tracks: KnownTrack[]
  readonly isSkip: boolean[]
  /** Of the latest streams, in 32 bits each: one may end twice. */
  readonly streams: number[]
  isGone: boolean
}

export interface MemoryLimits {
  /** Of each partition so many sessions. */
  readonly sessionsOfPartition: number
  /** Of a session the latest so many tracks. */
  readonly tracksOfSession: number
  /** Lists are made of so many of the latest sessions that heard the track. */
  readonly sample: number
}

export const MEMORY_LIMITS = { tracksOfSession: 60, sample: 500 } as const
const STREAMS_OF_SESSION = 4
/** Where playlists are: nobody's evening, but together for a reason. */
export const PLAYLISTS = -1

const byRecency = (a: KnownSession, b: KnownSession) => b.at - a.at || (a.id < b.id ? -1 : 1)

export class Memory {
  readonly #limits: MemoryLimits
  readonly #tracks = new Map<string, KnownTrack>()
  /** The longest silent session of each partition first. */
  readonly #sessions = new Map<number, Map<string, KnownSession>>()
  /** How often a track was heard, less how often it was skipped: by country, and under '' everywhere. */
  readonly #popular = new Map<string, Map<KnownTrack, number>>()
  /** Tracks whose lists are not what they would be now, those that wait longest first. */
  readonly dirty = new Set<KnownTrack>()
  readonly dirtyCountries = new Set<string>()

  constructor(limits: MemoryLimits) {
    this.#limits = limits
  }

  get tracks(): number {
    return this.#tracks.size
  }
  get sessions(): number {
    let sessions = 0
    for (const each of this.#sessions.values()) sessions += each.size
    return sessions
  }
  all(): IterableIterator<KnownTrack> {
    return this.#tracks.values()
  }
  countries(): IterableIterator<string> {
    return this.#popular.keys()
  }
  track(id: string): KnownTrack | undefined {
    return this.#tracks.get(id)
  }
  sessionsOf(partition: number): IterableIterator<KnownSession> {
    return this.#of(partition).values()
  }
  popularIn(country: string): ReadonlyMap<KnownTrack, number> {
    return this.#popular.get(country) ?? new Map()
  }

  take(partition: number, listen: Listen): void {
    const { sessionId, streamId, country, at, isSkip } = listen
    const sessions = this.#of(partition)
    const session = sessions.get(sessionId) ?? this.#newSession(sessionId, country, at)
    sessions.delete(sessionId)
    sessions.set(sessionId, session)
    const stream = hashOf(streamId)
    if (session.streams.includes(stream)) this.#grow(session, listen.trackId, isSkip)
    else {
      session.streams.push(stream)
      if (session.streams.length > STREAMS_OF_SESSION) session.streams.shift()
      this.#hear(session, this.#know(listen.trackId), isSkip)
    }
    for (const track of session.tracks) this.dirty.add(track)
    this.#forgetOld(sessions)
  }

  /** A whole session at once, as it was saved, or a playlist; in the place of what it was before. */
  put(
    partition: number,
    session: Pick<KnownSession, 'id' | 'country' | 'at' | 'isSkip' | 'streams'>,
    ids: string[],
  ): void {
    const sessions = this.#of(partition)
    this.remove(partition, session.id)
    const put = this.#newSession(session.id, session.country, session.at)
    put.streams.push(...session.streams)
    sessions.set(put.id, put)
    for (const [n, id] of ids.entries()) this.#hear(put, this.#know(id), session.isSkip[n] === true)
    for (const track of put.tracks) this.dirty.add(track)
    this.#forgetOld(sessions)
  }

  remove(partition: number, sessionId: string): void {
    const sessions = this.#of(partition)
    const session = sessions.get(sessionId)
    if (session === undefined) return
    sessions.delete(sessionId)
    session.isGone = true
    for (const [n, track] of session.tracks.entries()) {
      this.#count(session, track, session.isSkip[n] === true ? 1 : -1)
      this.dirty.add(track)
    }
  }

  /** All of a partition: another reader has it, or it is read anew. */
  clear(partition: number): void {
    for (const id of [...this.#of(partition).keys()]) this.remove(partition, id)
  }

  /** The latest sessions that have the track, each once; a track that none has is forgotten. */
  heardBy(track: KnownTrack): readonly KnownSession[] {
    const sessions = [...new Set(track.heardBy)].filter((session) => !session.isGone && session.tracks.includes(track))
    const { sample } = this.#limits
    track.heardBy = sessions.length > sample ? sessions.sort(byRecency).slice(0, sample) : sessions
    if (track.heardBy.length === 0 && this.#tracks.get(track.id) === track) this.#tracks.delete(track.id)
    return track.heardBy
  }

  #of(partition: number): Map<string, KnownSession> {
    let sessions = this.#sessions.get(partition)
    if (sessions === undefined) {
      sessions = new Map()
      this.#sessions.set(partition, sessions)
    }
    return sessions
  }

  #know(id: string): KnownTrack {
    let track = this.#tracks.get(id)
    if (track === undefined) {
      track = { id, heardBy: [], beside: 0, after: 0, seenBy: 0 }
      this.#tracks.set(id, track)
    }
    return track
  }

  #newSession(id: string, country: string, at: number): KnownSession {
    return { id, country, at, tracks: [], isSkip: [], streams: [], isGone: false }
  }

  #hear(session: KnownSession, track: KnownTrack, isSkip: boolean): void {
    const isKnown = session.tracks.includes(track)
    session.tracks.push(track)
    session.isSkip.push(isSkip)
    this.#count(session, track, isSkip ? -1 : 1)
    if (!isKnown) {
      track.heardBy.push(session)
      if (track.heardBy.length > 2 * this.#limits.sample) this.heardBy(track)
    }
    if (session.tracks.length <= this.#limits.tracksOfSession) return
    const first = session.tracks.shift() as KnownTrack
    this.#count(session, first, session.isSkip.shift() === true ? 1 : -1)
    this.dirty.add(first)
  }

  /** A stream that ended before has grown: what looked like a skip was heard. */
  #grow(session: KnownSession, trackId: string, isSkip: boolean): void {
    const place = session.tracks.findLastIndex(({ id }) => id === trackId)
    if (isSkip || place < 0 || session.isSkip[place] !== true) return
    session.isSkip[place] = false
    this.#count(session, session.tracks[place] as KnownTrack, 2)
  }

  #count(session: KnownSession, track: KnownTrack, times: number): void {
    // A playlist is of no country, and nobody heard it yet.
    if (session.country === '') return
    for (const country of [session.country, '']) {
      let popular = this.#popular.get(country)
      if (popular === undefined) {
        popular = new Map()
        this.#popular.set(country, popular)
      }
      const now = (popular.get(track) ?? 0) + times
      if (now === 0) popular.delete(track)
      else popular.set(track, now)
      this.dirtyCountries.add(country)
    }
  }

  /** Several at a time: to find the first of a map passes over all that was taken from before it. */
  #forgetOld(sessions: Map<string, KnownSession>): void {
    const { sessionsOfPartition } = this.#limits
    if (sessions.size <= sessionsOfPartition + Math.floor(sessionsOfPartition / 64)) return
    for (const session of sessions.values()) {
      if (sessions.size <= sessionsOfPartition) return
      sessions.delete(session.id)
      session.isGone = true
      for (const [n, track] of session.tracks.entries()) {
        this.#count(session, track, session.isSkip[n] === true ? 1 : -1)
        this.dirty.add(track)
      }
    }
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01_00_01_93)
  return hash >>> 0
}
