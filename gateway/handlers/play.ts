/** Handles `play`: begins the named track, or goes on with the paused stream. */

import type { Play } from '../../protocol/messages/play.ts'
import { openAd } from '../../session/ad.ts'
import { reasonOfPlay } from '../../session/reason-start.ts'
import { refuseInAd, resume } from '../../session/requests.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { beginTrack, refuseBegin, underLease } from './begin.ts'

export function onPlay(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Play,
  nowMs: number,
): void | Promise<void> {
  const { instead_of_device_id: deviceId } = message
  const instead = deviceId === undefined ? undefined : { deviceId }
  if (message.track_id === undefined) {
    const goOn = () =>
      perform(context, connection, held, resume(held.session, message, nowMs, context.grantPolicy), nowMs)
    // What is refused needs no lease for that.
    const { state } = held.session
    if (state.at !== 'paused' || state.stream.streamId !== message.stream_id) return goOn()
    return underLease(context, connection, held, { re: message.id, instead, reason: 'pick' }, goOn)
  }
  if (openAd(held.session) !== undefined) {
    perform(context, connection, held, refuseInAd(held.session, message.id), nowMs)
    return
  }
  const wish = {
    re: message.id,
    nowMs,
    trackId: message.track_id,
    positionMs: message.position_ms ?? 0,
    reason: reasonOfPlay(held.session, message.track_id, message.reason),
    endReason: message.reason === 'previous' ? 'previous' : 'pick',
    endPositionMs: message.from_ms,
    endStreamId: message.stream_id,
    instead,
  } as const
  return beginTrack(context, connection, held, wish, (found) => refuseBegin(context, connection, held, wish, found))
}
