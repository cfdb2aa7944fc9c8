/** Owns telling a session more of what plays next: as soon as more is known, and when nothing plays after what did, or what was listed is not wanted. */

import { DependencyAway } from '../infra/runtime/dependency.ts'
import { isAd } from '../session/ad.ts'
import type { Session } from '../session/session.ts'
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
  brought
    .then(() => tell(context, connection, held, listing))
    .catch((error: unknown) => context.log.error({ err: error }, 'what plays next was not told'))
}

/** What is known by now, of a session in which something was heard. */
export function tellAnew(context: Context, connection: Connection, held: HeldSession): void {
  const trackId = latestOf(held.session)
  if (trackId === undefined) return
  const go = (listing: Listing | 'withdrawn' | undefined) => {
    if (listing === undefined || listing === 'withdrawn') return
    tell(context, connection, held, listing)
    tellMore(context, connection, held, listing)
  }
  const found = context.catalog.listing(trackId)
  if (!(found instanceof Promise)) {
    go(found)
    return
  }
  found.then(go).catch((error: unknown) => {
    // Without the catalog, the list is what it was.
    if (!(error instanceof DependencyAway)) context.log.error({ err: error }, 'what plays next was not told')
  })
}

function tell(context: Context, connection: Connection, held: HeldSession, listing: Listing): void {
  if (connection.state.at !== 'ready' || connection.state.held !== held) return
  // By now it may play another one, whose list was made anew.
  if (latestOf(held.session) !== listing.track.track_id) return
  const list = context.recommender.upNext(held.session, listing, { sought: held.sought })
  perform(context, connection, held, suggest(held.session, list), context.now())
}

/** What plays, or played last. Of an advertisement nothing follows: what was asked for does. */
function latestOf({ state, played }: Session): string | undefined {
  if (state.at === 'idle') return [...played].at(-1)
  const { track } = state.stream
  return isAd(track) ? undefined : track.track_id
}
