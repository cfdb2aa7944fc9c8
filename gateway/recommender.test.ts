import { beforeEach, describe, expect, it } from 'vitest'
import type { Taste } from '../infra/catalog/listener-taste.ts'
import { NO_TASTE } from '../infra/catalog/listener-taste.ts'
import type { TrackLimits } from '../infra/catalog/suggestible-tracks.ts'
import type { Learned } from '../infra/redis/neighbour-store.ts'
import { DependencyAway } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { GivenUp } from '../infra/runtime/within.ts'
import type { Neighbours } from '../protocol/events/neighbours.ts'
import { aTrack, DEVICE, LISTENER } from '../session/fixtures.ts'
import { newSession, type Session } from '../session/session.ts'
import type { Listing } from './catalog.ts'
import { createRecommender, type Recommender } from './recommender.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'] as const
const trackOf = (name: string) =>
  aTrack({ track_id: `t-${name}`, title: name.toUpperCase(), artist_id: `artist-${name}`, artist: `Of ${name}` })
const listingOf = (name: string): Listing => ({ track: trackOf(name), album: [], byArtist: [] })
const neighbours = (...of: [name: string, beside: number, after: number][]): Neighbours => ({
  trackIds: of.map(([name]) => `t-${name}`),
  beside: Uint8Array.from(of, ([, beside]) => beside),
  after: Uint8Array.from(of, ([, , after]) => after),
})
const LIMITS: TrackLimits = { isWithdrawn: false, isExplicit: false, isWorldwide: true, territories: new Set() }

let clockMs: number
let isAway: boolean
let learned: Learned
let lists: Map<string, Neighbours>
let taste: Taste
let limits: Map<string, TrackLimits>
let there: Set<string>
let asked: string[]
let written: string[]
let session: Session
let recommender: Recommender

beforeEach(() => {
  clockMs = 1_000
  isAway = false
  learned = { edition: 1, popular: new Map([['DE', ['t-f']]]) }
  lists = new Map([
    ['t-a', neighbours(['b', 200, 100], ['c', 100, 200], ['d', 50, 50])],
    ['t-e', neighbours(['d', 255, 0])],
  ])
  taste = NO_TASTE
  limits = new Map()
  there = new Set(NAMES.map((name) => `t-${name}`))
  asked = []
  written = []
  session = newSession(LISTENER, DEVICE)
  const ask = async <T>(work: (givenUp: GivenUp) => Promise<T>): Promise<T> => {
    if (isAway) throw new DependencyAway('redis')
    return await work(() => new AbortController().signal)
  }
  recommender = createRecommender({
    learned: () => learned,
    limits: () => limits,
    source: {
      neighbours: async (edition, ids) => {
        asked.push(...ids.map((id) => `${edition} ${id}`))
        return ids.map((id) => lists.get(id))
      },
    },
    readTracks: async (ids) => {
      asked.push(`tracks ${ids.length}`)
      return ids.filter((id) => there.has(id)).map((id) => trackOf(id.slice(2)))
    },
    readTaste: async () => taste,
    writeDismissed: async (account, id) => {
      written.push(`${account} ${id}`)
    },
    redis: { ask },
    postgres: { ask },
    metrics: { upNextSeconds: { observe() {} } as never },
    log: { error() {}, warn() {} } as unknown as Logger,
    steady: { now: () => clockMs },
  })
})

const next = (name = 'a', skipped?: string) =>
  recommender.upNext(session, listingOf(name), { skipped }).map(({ title, why }) => `${title}: ${why}`)
async function nextWarm(name = 'a'): Promise<string[]> {
  await recommender.bring(session, trackOf(name))
  return next(name)
}

describe('what plays next', () => {
  it('D9 is made of memory: nothing before it is brought, then what others heard, and why; then nothing is lacking', async () => {
    expect(next()).toEqual([])
    expect(await nextWarm()).toEqual([
      'B: because you played A',
      'C: because you played A',
      'D: because you played A',
      'F: popular in Germany',
    ])
    expect(recommender.bring(session, trackOf('a'))).toBeUndefined()
    expect(asked.sort()).toEqual(['1 t-a', 'tracks 1', 'tracks 4'])
    // The same once more: the same.
    expect(next()).toEqual(next())
  })

  it('Q19 has what was looked for, among what others heard, unless it is not for the listener', async () => {
    const sought = ['c', 'f', 'e'].map((name) => ({
      track: trackOf(name),
      score: 0.45,
      why: 'because you searched for it',
    }))
    const list = () =>
      recommender.upNext(session, listingOf('a'), { sought }).map(({ title, why }) => `${title}: ${why}`)
    // Nothing is suggested before it is known what is not for them.
    expect(list()).toEqual([])
    await recommender.bring(session, trackOf('a'))
    const searched = () => list().filter((line) => line.endsWith('because you searched for it'))
    expect(searched()).toEqual(['F: because you searched for it', 'E: because you searched for it'])
    // What others heard says more for it, and it comes before all for both.
    expect(list()[0]).toBe('C: because you played A')
    session.dismissed = new Set(['t-e'])
    session.played = new Set(['t-c'])
    expect(searched()).toEqual(['F: because you searched for it'])
    expect(list().some((line) => line.startsWith('C:'))).toBe(false)
  })

  it('F3 whether explicit is for a listener is brought beside the way, and known from then on', async () => {
    taste = { ...NO_TASTE, hearsExplicit: false }
    isAway = true
    expect(recommender.hearsExplicit(LISTENER.account_id)).toBeUndefined()
    await new Promise(setImmediate)
    isAway = false
    expect(recommender.hearsExplicit(LISTENER.account_id)).toBeUndefined()
    await new Promise(setImmediate)
    expect(recommender.hearsExplicit(LISTENER.account_id)).toBe(false)
    // What has grown stale is said until what is new is there.
    taste = NO_TASTE
    clockMs += 60_001
    expect(recommender.hearsExplicit(LISTENER.account_id)).toBe(false)
    await new Promise(setImmediate)
    expect(recommender.hearsExplicit(LISTENER.account_id)).toBe(true)
  })

  it('two that want the same list ask once', async () => {
    await Promise.all([recommender.bring(session, trackOf('a')), recommender.bring(session, trackOf('a'))])
    expect(asked.filter((what) => what === '1 t-a')).toHaveLength(1)
  })

  it('Q17 blends the last tracks, and what was skipped says nothing', async () => {
    lists.set('t-a', neighbours(['b', 60, 30], ['d', 10, 10]))
    session.played = new Set(['t-e'])
    expect((await nextWarm())[0]).toBe('D: because you played E')
    expect(next('a', 't-e')[0]).toBe('B: because you played A')
    session.skipped = new Set(['t-e'])
    expect(next()[0]).toBe('B: because you played A')
  })

  it('P9 P10 has nothing that was played or is not for the listener, in this session or another', async () => {
    taste = { ...NO_TASTE, dismissedTracks: new Set(['t-d']) }
    session.played = new Set(['t-b'])
    session.dismissed = new Set(['t-f'])
    expect(await nextWarm()).toEqual(['C: because you played A'])
    recommender.dismissed(session, 't-c')
    await Promise.resolve()
    expect(next()).toEqual([])
    expect(written).toEqual([`${LISTENER.account_id} t-c`])
  })

  it.each<[string, Partial<TrackLimits>, Partial<Taste>, boolean]>([
    ['withdrawn', { isWithdrawn: true }, {}, false],
    ['explicit, for who hears such', { isExplicit: true }, {}, true],
    ['explicit, for who does not', { isExplicit: true }, { hearsExplicit: false }, false],
    ['for another country', { isWorldwide: false, territories: new Set(['US']) }, {}, false],
    ['for this country', { isWorldwide: false, territories: new Set(['DE']) }, {}, true],
    ['for every country but this', { territories: new Set(['DE']) }, {}, false],
    ['by a blocked artist', {}, { blockedArtists: new Set(['artist-b']) }, false],
  ])('P9 a track that is %s', async (_, limit, said, isListed) => {
    taste = { ...NO_TASTE, ...said }
    if (Object.keys(limit).length > 0) limits.set('t-b', { ...LIMITS, ...limit })
    const list = await nextWarm()
    expect(list.includes('B: because you played A')).toBe(isListed)
    expect(list).toContain('C: because you played A')
  })

  it('an artist whom the listener follows comes sooner', async () => {
    lists.set('t-a', neighbours(['b', 100, 0], ['c', 90, 0]))
    expect((await nextWarm())[0]).toBe('B: because you played A')
    clockMs += 61_000
    taste = { ...NO_TASTE, followedArtists: new Set(['artist-c']) }
    expect((await nextWarm())[0]).toBe('C: because you played A')
  })

  it('of a listener of whom nothing is known yet only what belongs to the track is listed', async () => {
    await nextWarm()
    session = newSession({ ...LISTENER, account_id: 'acct-new' }, DEVICE)
    const listing = { ...listingOf('a'), album: [trackOf('a'), trackOf('e')] }
    expect(recommender.upNext(session, listing).map(({ title }) => title)).toEqual(['E'])
  })

  it('grows stale after a minute: it is brought anew, and serves until then', async () => {
    await nextWarm()
    clockMs += 61_000
    there.delete('t-b')
    lists.set('t-a', neighbours(['b', 200, 100], ['d', 50, 50]))
    expect(next()[0]).toBe('B: because you played A')
    expect(await nextWarm()).toEqual(['D: because you played A', 'F: popular in Germany'])
  })

  it('while servers are away what is known serves', async () => {
    await nextWarm()
    isAway = true
    clockMs += 61_000
    expect((await nextWarm())[0]).toBe('B: because you played A')
    expect(await nextWarm('e')).toEqual(['F: popular in Germany'])
  })

  it('lists of another edition are not mixed with what is read now', async () => {
    await nextWarm()
    learned = { edition: 2, popular: new Map() }
    lists = new Map([['t-a', neighbours(['c', 9, 9])]])
    expect(next()).toEqual([])
    expect(await nextWarm()).toEqual(['C: because you played A'])
    expect(asked).toContain('2 t-a')
  })

  it('a newcomer is told what is popular where he is, or else anywhere', async () => {
    expect(await nextWarm('c')).toEqual(['F: popular in Germany'])
    learned = { edition: 1, popular: new Map([['', ['t-d']]]) }
    clockMs += 61_000
    expect(await nextWarm('c')).toEqual(['D: popular now'])
  })
})
