/** Handles `dismiss`: the track is not for this listener. */

import type { Dismiss } from '../../protocol/messages/dismiss.ts'
import { dismiss } from '../../session/suggesting.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { tellAnew } from '../up-next.ts'

export function onDismiss(context: Context, connection: Connection, held: HeldSession, message: Dismiss): void {
  const { id, track_id } = message
  perform(context, connection, held, dismiss(held.session, id, track_id), context.now())
  context.recommender.dismissed(held.session, track_id)
  // It was listed because of something: what else is there for that has another place now.
  tellAnew(context, connection, held)
}
