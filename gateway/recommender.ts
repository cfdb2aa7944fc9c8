/**
 * Owns what plays next, from memory alone (D9): neighbour lists, tracks and tastes are brought from Redis and PostgreSQL beside the
 * way, and a list is made of what is there by then. The same memory makes the same list.
 */

import { LRUCache } from 'lru-cache'
import type { Taste } from '../infra/catalog/listener-taste.ts'
import type { SuggestibleTrack, TrackLimits } from '../infra/catalog/suggestible-tracks.ts'
import type { Learned, NeighbourSource } from '../infra/redis/neighbour-store.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { Neighbours } from '../protocol/events/neighbours.ts'
import { type Blended, blend, MOST_HEARD } from '../session/blend.ts'
import { firstOf } from '../session/first-of.ts'
import type { Session } from '../session/session.ts'
import type { Track } from '../session/track.ts'
import { type Listed, type Suggestion, type UpNextTrack, upNextAfter } from '../session/up-next.ts'
import type { Listing } from './catalog.ts'
import type { Metrics } from './metrics.ts'

export interface Recommender {
  /** What plays after the track of `listing`, as far as is known now. */
  upNext(session: Session, listing: Listing, beside?: Beside): UpNextTrack[]
  /** Brings what is lacking for that, and never fails; undefined: nothing is. */
  bring(session: Session, track: Track): Promise<void> | undefined
  /** Whether explicit is for them, as far as is known now; undefined: that is not known yet, and is brought. */
  hearsExplicit(accountId: string): boolean | undefined
  /** Not for this listener, in later sessions too. */
  dismissed(session: Session, trackId: string): void
}

/** What a list is made by, beside what the session heard. */
export interface Beside {
  /** The track that is left for it, if it was left soon. */
  readonly skipped?: string | undefined
  /** What was looked for last. */
  readonly sought?: readonly Suggestion[]
}

export interface RecommenderParts {
  readonly learned: () => Learned
  readonly limits: () => ReadonlyMap<string, TrackLimits>
  readonly source: Pick<NeighbourSource, 'neighbours'>
  readonly readTracks: (trackIds: readonly string[]) => Promise<readonly SuggestibleTrack[]>
  readonly readTaste: (accountId: string) => Promise<Taste>
  readonly writeDismissed: (accountId: string, trackId: string) => Promise<void>
  readonly redis: Pick<Dependency, 'ask'>
  readonly postgres: Pick<Dependency, 'ask'>
  readonly metrics: Pick<Metrics, 'upNextSeconds'>
  readonly log: Logger
  /** Of the clock by which what was brought grows stale. */
  readonly steady?: { now(): number }
}

const FRESH_MS = 60_000
const KEPT_LISTS = 20_000
const KEPT_TRACKS = 50_000
const KEPT_TASTES = 20_000
/** What speaks for the track that is heard most where the listener is: a newcomer has nothing else. */
const POPULAR = 0.05
const LESS = 0.98
/** As many as a list has room for. */
const ENOUGH = 20
/** Of an artist whom the listener follows. */
const FOLLOWED = 1.2
/** A track that nothing is heard with: known, and empty. */
const NO_NEIGHBOURS: Neighbours = { trackIds: [], beside: new Uint8Array(), after: new Uint8Array() }
const COUNTRIES = new Intl.DisplayNames('en', { type: 'region' })
/** What was found there once: it takes longer to find than all else of a list. */
const PLACES = new Map<string, string>()
const EVEN_STALE = { allowStale: true } as const
/** What is brought anew is put in front each time, so that what is read need not be: nothing that is in use grows old here. */
const peek = <Value extends object>(cache: LRUCache<string, Value>, key: string) => cache.peek(key, EVEN_STALE)

export function createRecommender(parts: RecommenderParts): Recommender {
  const { learned, limits, metrics, log, redis, postgres } = parts
  const kept = { ttl: FRESH_MS, ttlResolution: 0, noDeleteOnStaleGet: true, perf: parts.steady ?? performance }
  const lists = new LRUCache<string, Neighbours>({ max: KEPT_LISTS, ...kept })
  const tracks = new LRUCache<string, SuggestibleTrack>({ max: KEPT_TRACKS, ...kept })
  /** Lists, and countries, of whose tracks it is known what they are. */
  const whole = new LRUCache<string, true>({ max: KEPT_LISTS, ...kept })
  const tastes = new LRUCache<string, Taste>({ max: KEPT_TASTES, ...kept })
  const underWay = new Map<string, Promise<void>>()
  let edition = 0

  /** One reading for all who want the same. */
  const once = (key: string, work: () => Promise<void>): Promise<void> => {
    const known = underWay.get(key)
    if (known !== undefined) return known
    const mine = work()
      .catch((error: unknown) => {
        if (!(error instanceof DependencyAway)) log.error({ err: error }, 'what plays next lacks something')
      })
      .finally(() => underWay.delete(key))
    underWay.set(key, mine)
    return mine
  }
  /** The list of a track, and what its tracks are called. */
  const bringList = (trackId: string) =>
    once(`list ${trackId}`, async () => {
      const of = learned().edition
      const [list = NO_NEIGHBOURS] = await redis.ask(() => parts.source.neighbours(of, [trackId]))
      if (of !== edition) return
      await bringTracks([trackId, ...list.trackIds])
      if (of !== edition) return
      // One string an id, whichever list it is in: it is compared by where it is, and kept once.
      lists.set(trackId, { ...list, trackIds: list.trackIds.map((id) => peek(tracks, id)?.track_id ?? id) })
      whole.set(trackId, true)
    })
  const bringPopular = (country: string) =>
    once(`popular ${country}`, async () => {
      await bringTracks(popularIn(country))
      whole.set(country, true)
    })
  const bringTaste = (accountId: string) =>
    once(`taste ${accountId}`, async () => {
      tastes.set(accountId, await postgres.ask(() => parts.readTaste(accountId)))
    })
  const bringTracks = async (trackIds: readonly string[]) => {
    const lacking = trackIds.filter((id) => !tracks.has(id))
    if (lacking.length === 0) return
    const found = await postgres.ask(() => parts.readTracks(lacking))
    // What is not found is there no more.
    for (const id of lacking) tracks.delete(id)
    for (const track of found) tracks.set(track.track_id, track)
  }
  /** Lists of another edition are not mixed with those of this one. */
  const turnPage = () => {
    if (learned().edition === edition) return
    edition = learned().edition
    lists.clear()
    whole.clear()
  }
  const popularIn = (country: string) => learned().popular.get(country) ?? learned().popular.get('') ?? []

  const mayPlay = ({ who, played, dismissed }: Session, taste: Taste | undefined) => {
    const limited = limits()
    return ({ track_id, artist_id }: Listed): boolean => {
      if (played.has(track_id) || dismissed.has(track_id)) return false
      if (taste?.dismissedTracks.has(track_id) || taste?.blockedArtists.has(artist_id)) return false
      const limit = limited.get(track_id)
      if (limit === undefined) return true
      if (limit.isWithdrawn || (limit.isExplicit && taste?.hearsExplicit !== true)) return false
      return limit.territories.has(who.country) !== limit.isWorldwide
    }
  }

  function suggestions(session: Session, current: Track, taste: Taste, skipped?: string): Suggestion[] {
    const heard = heardOf(session, current.track_id, skipped)
    const blended = blend(heard.map((track_id) => ({ track_id, list: peek(lists, track_id) })))
    const found: Suggestion[] = []
    for (const { track_id, score, because } of bestOf(blended, session)) {
      const track = peek(tracks, track_id)
      if (track === undefined) continue
      const title = because === current.track_id ? current.title : peek(tracks, because)?.title
      const why = title === undefined ? 'because of what you played' : `because you played ${title}`
      found.push({ track, score: taste.followedArtists.has(track.artist_id) ? score * FOLLOWED : score, why })
    }
    // What is popular is for who has heard too little yet.
    if (found.length >= ENOUGH) return found
    const { country } = session.who
    const why = learned().popular.has(country) ? `popular in ${placeOf(country)}` : 'popular now'
    let weight = POPULAR
    for (const id of popularIn(country)) {
      const track = peek(tracks, id)
      if (track !== undefined) found.push({ track, score: weight, why })
      weight *= LESS
    }
    return found
  }

  return {
    upNext(session, { track, album, byArtist }, { skipped, sought = [] } = {}) {
      const startedAt = performance.now()
      turnPage()
      const taste = peek(tastes, session.who.account_id)
      // Of a listener of whom it is not known yet what is not for them, nothing is suggested but what belongs to the track.
      const suggested = taste === undefined ? [] : [...sought, ...suggestions(session, track, taste, skipped)]
      const list = upNextAfter(track, { album, byArtist, suggestions: suggested }, mayPlay(session, taste))
      metrics.upNextSeconds.observe((performance.now() - startedAt) / 1000)
      return list
    },
    bring(session, track) {
      turnPage()
      const { account_id, country } = session.who
      const work: Promise<void>[] = []
      if (!tastes.has(account_id)) work.push(bringTaste(account_id))
      if (edition > 0) {
        for (const id of heardOf(session, track.track_id)) if (!whole.has(id)) work.push(bringList(id))
        if (!whole.has(country)) work.push(bringPopular(country))
      }
      return work.length === 0 ? undefined : Promise.all(work).then(() => undefined)
    },
    hearsExplicit(accountId) {
      if (!tastes.has(accountId)) void bringTaste(accountId)
      return peek(tastes, accountId)?.hearsExplicit
    },
    dismissed({ who: { account_id } }, trackId) {
      const taste = peek(tastes, account_id)
      if (taste !== undefined)
        tastes.set(account_id, { ...taste, dismissedTracks: new Set(taste.dismissedTracks).add(trackId) })
      postgres
        .ask(() => parts.writeDismissed(account_id, trackId))
        // The session knows it, whatever becomes of that.
        .catch((error: unknown) =>
          log.warn({ err: error }, 'that a track is not for a listener is known to the session alone'),
        )
    },
  }
}

/** Of a gateway that knows the catalog alone. */
export const BY_CATALOG: Recommender = {
  upNext({ played, dismissed }, { track, album, byArtist }) {
    const mayPlay = ({ track_id }: Listed) => !played.has(track_id) && !dismissed.has(track_id)
    return upNextAfter(track, { album, byArtist, suggestions: [] }, mayPlay)
  },
  bring: () => undefined,
  hearsExplicit: () => undefined,
  dismissed() {},
}

/** The latest first, `current` before all; what was left soon, or is not wanted, speaks for nothing. */
function heardOf({ played, skipped, dismissed }: Session, current: string, leaving?: string): string[] {
  const others = MOST_HEARD - 1
  // A set is gone through from its beginning: the latest of those that count are what is left in the ring.
  const ring: string[] = []
  let count = 0
  for (const id of played) {
    if (id === current || id === leaving || skipped.has(id) || dismissed.has(id)) continue
    ring[count % others] = id
    count += 1
  }
  const heard = [current]
  for (let n = count - 1; n >= 0 && n >= count - others; n -= 1) heard.push(ring[n % others] as string)
  return heard
}

/** So many are looked at further: the list has room for half of them, and some may not be for this listener. */
const MOST_LOOKED_AT = 40

function bestOf(blended: ReadonlyMap<string, Blended>, { played, dismissed }: Session): Blended[] {
  const left: Blended[] = []
  for (const one of blended.values()) if (!played.has(one.track_id) && !dismissed.has(one.track_id)) left.push(one)
  return firstOf(left, MOST_LOOKED_AT, byScore)
}

const byScore = (a: Blended, b: Blended) => b.score - a.score || (a.track_id < b.track_id ? -1 : 1)

function placeOf(country: string): string {
  let place = PLACES.get(country)
  if (place === undefined) {
    place = COUNTRIES.of(country) ?? country
    PLACES.set(country, place)
  }
  return place
}
