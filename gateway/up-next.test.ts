import { beforeEach, describe, expect, it } from 'vitest'
import { DependencyAway } from '../infra/runtime/dependency.ts'
import { aTrack, DEVICE, LISTENER } from '../session/fixtures.ts'
import { newSession, type Session } from '../session/session.ts'
import { upNextTrackOf } from '../session/up-next.ts'
import type { Listing } from './catalog.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import type { HeldSession } from './held-session.ts'
import { tellAnew } from './up-next.ts'

const heard = aTrack({ track_id: 't-heard' })
const listing: Listing = { track: heard, album: [], byArtist: [] }
const other = upNextTrackOf(aTrack({ track_id: 't-other' }), 'because')
const third = upNextTrackOf(aTrack({ track_id: 't-third' }), 'because')

let session: Session
let held: HeldSession
let connection: Connection
let found: Listing | 'withdrawn' | Promise<Listing>
let list: readonly (typeof other)[]
let brought: Promise<void> | undefined
let saves: number
let errors: number

const context = {
  catalog: { listing: () => found },
  recommender: { upNext: () => list, bring: () => brought, hearsExplicit: () => undefined },
  keeper: { saveInTime: () => (saves += 1) },
  log: { error: () => (errors += 1) },
  now: () => 1,
} as unknown as Context

beforeEach(() => {
  session = newSession(LISTENER, DEVICE)
  session.played = new Set(['t-before', 't-heard'])
  held = { session, unsent: { messages: [], upNext: false } } as unknown as HeldSession
  connection = { state: { at: 'ready', held } } as unknown as Connection
  found = listing
  list = [other]
  brought = undefined
  saves = 0
  errors = 0
})

describe('what plays next, told anew', () => {
  it('P7 after the end of what played is what is known by now, and the same is not told twice', () => {
    tellAnew(context, connection, held)
    expect([session.upNext, session.upNextRevision, held.unsent.upNext, saves]).toEqual([[other], 1, true, 1])
    tellAnew(context, connection, held)
    expect([session.upNextRevision, saves]).toEqual([1, 1])
  })

  it('P7 follows with what was lacking as soon as that has come, unless the session has gone on or away', async () => {
    let come = () => {}
    brought = new Promise((resolve) => {
      come = resolve
    })
    tellAnew(context, connection, held)
    list = [third]
    come()
    await brought
    await Promise.resolve()
    expect(session.upNext).toEqual([third])
    list = [other]
    tellAnew(context, connection, held)
    list = [third]
    session.played = new Set(['t-else'])
    await new Promise(setImmediate)
    expect(session.upNext).toEqual([other])
  })

  it('is what it was where nothing was heard, the track may not be played, or the catalog is away', async () => {
    session.played = new Set()
    tellAnew(context, connection, held)
    session.played = new Set(['t-heard'])
    found = 'withdrawn'
    tellAnew(context, connection, held)
    found = Promise.reject(new DependencyAway('postgres'))
    tellAnew(context, connection, held)
    await new Promise(setImmediate)
    expect([session.upNextRevision, errors]).toEqual([0, 0])
    found = Promise.resolve(listing)
    tellAnew(context, connection, held)
    await new Promise(setImmediate)
    expect(session.upNext).toEqual([other])
  })
})
