/** Owns the beginning of a stream, which `play` and `next` share: look the track up, then let the core begin it. */

import type { KnownDevice, LeaseWish } from '../../infra/redis/account-store.ts'
import { DependencyAway } from '../../infra/runtime/dependency.ts'
import type { ErrorName } from '../../protocol/errors.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import type { ErrorMessage } from '../../protocol/messages/error.ts'
import { isAd, openAd } from '../../session/ad.ts'
import { refuse } from '../../session/answers.ts'
import { type Begin, begin, endPositionOf } from '../../session/requests.ts'
import { musicSinceAd, type Session, skipOf } from '../../session/session.ts'
import { AFTER_AD, upNextTrackOf } from '../../session/up-next.ts'
import type { Listing } from '../catalog.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { tellMore } from '../up-next.ts'

/** What the client asked for; the rest of {@link Begin} is looked up or made here. */
export type Wish = Omit<Begin, 'streamId' | 'track' | 'upNext'> & {
  readonly trackId: string
  /** What plays after it; made of what is known when absent. */
  readonly upNext?: Begin['upNext']
  /** The device that is to be stopped for this. */
  readonly instead?: LeaseWish['instead']
  /** The fence by which the session plays as the client asks: it goes on, and stops nobody. */
  readonly goesOnBy?: number | undefined
  /** When the client asked: while the track is looked up, it plays already. */
  readonly nowMs: number
}

/** Why there is nothing to begin. */
type Missing = 'withdrawn' | undefined

/** @param otherwise what to do when the track cannot be played */
export function beginTrack(
  context: Context,
  connection: Connection,
  held: HeldSession,
  wish: Wish,
  otherwise: (found: Missing) => void | Promise<void>,
): void | Promise<void> {
  const go = (found: Listing | Missing): void | Promise<void> => {
    if (found === undefined || found === 'withdrawn') return otherwise(found)
    return underLease(context, connection, held, wish, () => beginListing(context, connection, held, wish, found))
  }
  const found = context.catalog.listing(wish.trackId)
  if (!(found instanceof Promise)) return go(found)
  return found.then(
    // The socket may have closed while the catalog answered: whoever resumes asks again.
    (listing) => (connection.state.at === 'ready' ? go(listing) : undefined),
    (error: unknown) => {
      if (!(error instanceof DependencyAway)) context.log.error({ err: error }, 'a track could not be looked up')
      refused(context, connection, held, wish, 'unavailable', 'the catalog does not answer; try again')
    },
  )
}

/** The answer of `play` to a track that cannot be played. */
export function refuseBegin(
  context: Context,
  connection: Connection,
  held: HeldSession,
  wish: Wish,
  found: Missing,
): void {
  if (found === undefined) {
    refused(context, connection, held, wish, 'unknown_track', `there is no track ${wish.trackId}`)
  } else {
    refused(context, connection, held, wish, 'track_unavailable', `track ${wish.trackId} may not be played now`)
  }
}

/** Does `work` once the session holds a lease for a stream, or refuses the request. */
export async function underLease(
  context: Context,
  connection: Connection,
  held: HeldSession,
  wish: Pick<Wish, 're' | 'instead' | 'reason' | 'goesOnBy'>,
  work: () => void | Promise<void>,
): Promise<void> {
  const { instead, goesOnBy } = wish
  // Who comes back after long, or only goes on, does not push out who plays by now.
  const takeOver = wish.reason !== 'reconnect' && goesOnBy === undefined
  const answer = await context.leases.acquire(held, { takeOver, instead, goesOnBy })
  // The socket may have closed meanwhile: whoever resumes asks again.
  if (connection.state.at !== 'ready') return
  if (answer.ok) {
    await work()
    return
  }
  const details = answer.error === 'stream_limit' ? { conflicts: conflictsOf(answer.conflicts) } : {}
  refused(context, connection, held, wish, answer.error, WHY[answer.error], details)
}

const WHY = {
  stream_limit: 'every stream of the plan is in use',
  stale_fence: 'another device was granted the stream since',
  forbidden: 'that device is of another member of the account, and not in the way',
} as const

function conflictsOf(devices: readonly KnownDevice[]): NonNullable<ErrorMessage['conflicts']> {
  return devices.map(({ device_id, name, kind, place, since_ms }) => ({
    device_id,
    name,
    kind,
    ...(place === '' ? {} : { place }),
    since_ms,
  }))
}

function beginListing(
  context: Context,
  connection: Connection,
  held: HeldSession,
  wish: Wish,
  listing: Listing,
): void | Promise<void> {
  const { session } = held
  const { track } = listing
  const skipped = skipOf(session, wish.endReason, endPositionOf(session, wish), wish.nowMs)
  const upNext = wish.upNext ?? context.recommender.upNext(session, listing, { skipped, sought: held.sought })
  const music: Begin = { ...beginOf(wish), streamId: uuidv7(wish.nowMs), track, upNext }
  const go = (start: Begin) => {
    perform(context, connection, held, begin(session, start, wish.nowMs), wish.nowMs)
    if (wish.upNext === undefined) tellMore(context, connection, held, listing)
  }
  const isDue = () =>
    context.ads.isDue(session.who, musicSinceAd(session, endPositionOf(session, wish), wish.nowMs), wish.nowMs)
  if (!mayHearAd(wish, session) || !isDue()) return go(music)
  return context.ads.take(session, wish.nowMs).then(({ ad, withheld }) => {
    // The socket may have closed meanwhile: whoever resumes asks again.
    if (connection.state.at !== 'ready') return
    if (session.lease === undefined) return refused(context, connection, held, wish, 'stale_fence', WHY.stale_fence)
    const heard = ad && { streamId: ad.impression_id, track: ad, upNext: afterAd(session, music) }
    go({ ...music, ...heard, withheld })
  })
}

const beginOf = ({ trackId: _known, nowMs: _now, instead: _stopped, goesOnBy: _held, ...rest }: Wish) => rest

/** Between two tracks, at the beginning of the next. What goes on, here or elsewhere, is not held up; nor are two heard in a row. */
function mayHearAd({ re, reason, positionMs }: Wish, session: Session): boolean {
  return re !== undefined && reason !== 'reconnect' && positionMs === 0 && openAd(session) === undefined
}

/** What was asked for comes next. */
function afterAd(session: Session, { track, upNext }: Begin): Begin['upNext'] {
  if (isAd(track) || session.upNext[0]?.track_id === track.track_id) return session.upNext
  return [upNextTrackOf(track, AFTER_AD), ...upNext]
}

function refused(
  context: Context,
  connection: Connection,
  held: HeldSession,
  { re }: Pick<Wish, 're'>,
  error: ErrorName,
  message: string,
  details: Pick<ErrorMessage, 'conflicts'> = {},
): void {
  if (re === undefined) {
    // Nobody waits for an answer: another device asked, and was told that this one was told.
    context.metrics.errors.inc({ error })
    context.log.info({ error, session_id: held.session.who.session_id }, 'nothing was transferred')
    return
  }
  perform(context, connection, held, refuse(held.session, re, error, message, details), context.now())
}
