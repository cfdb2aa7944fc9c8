/** Owns the beginning of a stream, which `play` and `next` share: look the track up, then let the core begin it. */

import type { ErrorName } from '../../protocol/errors.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { type Begin, begin, refuse } from '../../session/session.ts'
import { upNextAfter } from '../../session/up-next.ts'
import type { Listing } from '../catalog.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

/** What the client asked for; the rest of {@link Begin} is looked up or made here. */
export type Wish = Omit<Begin, 'streamId' | 'track' | 'upNext'> & {
  readonly trackId: string
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
    beginListing(context, connection, held, wish, found)
  }
  const found = context.catalog.listing(wish.trackId)
  if (!(found instanceof Promise)) return go(found)
  return found.then(
    // The socket may have closed while the catalog answered: whoever resumes asks again.
    (listing) => (connection.state.at === 'ready' ? go(listing) : undefined),
    (error: unknown) => {
      context.log.warn({ err: error }, 'the catalog does not answer')
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

function beginListing(
  context: Context,
  connection: Connection,
  held: HeldSession,
  wish: Wish,
  { track, album, byArtist }: Listing,
): void {
  const { trackId: _known, nowMs, ...rest } = wish
  const upNext = upNextAfter(track, album, byArtist, held.session.played)
  const effects = begin(held.session, { ...rest, streamId: uuidv7(nowMs), track, upNext }, nowMs)
  perform(context, connection, held, effects, nowMs)
}

function refused(
  context: Context,
  connection: Connection,
  held: HeldSession,
  wish: Wish,
  error: ErrorName,
  message: string,
): void {
  context.metrics.errors.inc({ error })
  perform(context, connection, held, refuse(held.session, wish.re, error, message), context.now())
}
