/** Owns the beginning of a stream, which `play` and `next` share: look the track up, then let the core begin it. */

import { uuidv7 } from '../../protocol/ids.ts'
import { type Begin, begin, type Session } from '../../session/session.ts'
import { upNextAfter } from '../../session/up-next.ts'
import type { Listing } from '../catalog.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import { refuse } from '../outbox.ts'

/** What the client asked for; the rest of {@link Begin} is looked up or made here. */
export type Wish = Omit<Begin, 'streamId' | 'track' | 'upNext'> & { readonly trackId: string }

export function beginTrack(
  context: Context,
  connection: Connection,
  session: Session,
  wish: Wish,
): void | Promise<void> {
  const found = context.catalog.listing(wish.trackId)
  if (!(found instanceof Promise)) {
    beginListing(context, connection, session, wish, found)
    return
  }
  return found.then(
    (listing) => {
      // The socket may have closed while the catalog answered; then the session has ended too.
      if (connection.state.at === 'ready') beginListing(context, connection, session, wish, listing)
    },
    (error: unknown) => {
      context.log.warn({ err: error }, 'the catalog does not answer')
      refuse(context, connection, 'unavailable', 'the catalog does not answer; try again', { re: wish.re })
    },
  )
}

function beginListing(
  context: Context,
  connection: Connection,
  session: Session,
  wish: Wish,
  listing: Listing | 'withdrawn' | undefined,
): void {
  const { trackId, ...rest } = wish
  if (listing === undefined) {
    refuse(context, connection, 'unknown_track', `there is no track ${trackId}`, { re: wish.re })
    return
  }
  if (listing === 'withdrawn') {
    refuse(context, connection, 'track_unavailable', `track ${trackId} may not be played now`, { re: wish.re })
    return
  }
  const nowMs = context.now()
  const { track, album, byArtist } = listing
  const upNext = upNextAfter(track, album, byArtist, session.played)
  const effects = begin(session, { ...rest, streamId: uuidv7(nowMs), track, upNext }, nowMs)
  perform(context, connection, session, effects, nowMs)
}
