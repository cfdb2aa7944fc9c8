/** Handles `next`: begins the first track of what is up next that can be played, or stops when nothing is left. */

import type { Next } from '../../protocol/messages/next.ts'
import { reasonOfNext } from '../../session/reason-start.ts'
import { refuseNext, stop } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { tellAnew } from '../up-next.ts'
import { beginTrack } from './begin.ts'

export function onNext(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Next,
  nowMs: number,
  goesOnBy = held.session.lease?.fence,
): void | Promise<void> {
  const refused = refuseNext(held.session, message, nowMs)
  if (refused !== undefined) {
    perform(context, connection, held, refused, nowMs)
    return
  }
  const [first, ...rest] = held.session.upNext
  if (first === undefined) {
    perform(context, connection, held, stop(held.session, message, nowMs), nowMs)
    // More may be known by now than when there was nothing.
    if (held.session.state.at === 'idle') tellAnew(context, connection, held)
    return
  }
  const wish = {
    re: message.id,
    nowMs,
    trackId: first.track_id,
    positionMs: 0,
    reason: reasonOfNext(held.session, message.reason),
    endReason: message.reason,
    endPositionMs: message.position_ms,
    endStreamId: message.stream_id,
    goesOnBy,
  } as const
  return beginTrack(context, connection, held, wish, () => {
    // Withdrawn since it was listed: the one after it, then.
    held.session.upNext = rest
    held.session.upNextRevision += 1
    return onNext(context, connection, held, message, nowMs, goesOnBy)
  })
}
