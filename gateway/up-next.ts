/** Owns telling a session more of what plays next, as soon as more is known. */

import { isAd } from '../session/ad.ts'
import { suggest } from '../session/suggesting.ts'
import type { Listing } from './catalog.ts'
import type { Connection } from './connection.ts'
import type { Context } from './context.ts'
import { perform } from './effects.ts'
import type { HeldSession } from './held-session.ts'

/** What was told with the beginning of the track was told at once, from memory; what memory lacked follows. */
export function tellMore(context: Context, connection: Connection, held: HeldSession, listing: Listing): void {
  const brought = context.recommender.bring(held.session, listing.track)
  if (brought === undefined) return
  const tell = () => {
    const { state } = held.session
    if (connection.state.at !== 'ready' || connection.state.held !== held || state.at === 'idle') return
    const { track } = state.stream
    // By now it may play another one, whose list was made anew.
    if (isAd(track) || track.track_id !== listing.track.track_id) return
    const list = context.recommender.upNext(held.session, listing)
    perform(context, connection, held, suggest(held.session, list), context.now())
  }
  brought.then(tell).catch((error: unknown) => context.log.error({ err: error }, 'what plays next was not told'))
}
