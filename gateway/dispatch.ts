/** Owns the way of a frame to its handler. Hot path. */

import { decodeFrame } from '../protocol/codec.ts'
import type { UpMessage } from '../protocol/messages/up.ts'
import { isUp, refusalOf } from '../protocol/validate.ts'
import type { Session } from '../session/session.ts'
import { type Connection, inTurn } from './connection.ts'
import type { Context } from './context.ts'
import { onAuthenticate } from './handlers/authenticate.ts'
import { onCredit } from './handlers/credit.ts'
import { onHeartbeat } from './handlers/heartbeat.ts'
import { onNext } from './handlers/next.ts'
import { onPause } from './handlers/pause.ts'
import { onPlay } from './handlers/play.ts'
import { onSeek } from './handlers/seek.ts'
import { onStop } from './handlers/stop.ts'
import { onTelemetry } from './handlers/telemetry.ts'
import { close, refuse } from './outbox.ts'

/** A frame arrived. `frame` is the socket's own memory and is read before this returns. */
export function onFrame(context: Context, connection: Connection, frame: ArrayBuffer, isBinary: boolean): void {
  connection.lastHeardMs = context.now()
  if (connection.state.at === 'closed') return
  if (frame.byteLength > context.config.limits.maxFrameBytes) {
    close(context, connection, 'frame_too_large')
    return
  }
  if (isBinary !== (connection.encoding === 'msgpack')) {
    refuse(context, connection, 'wrong_frame_kind', `frames of this subprotocol are ${isBinary ? 'text' : 'binary'}`)
    return
  }
  const value = decodeFrame(new Uint8Array(frame), connection.encoding)
  if (value === undefined) {
    refuse(context, connection, 'malformed_frame', 'the frame is not a map with a `type`')
    return
  }
  if (!isUp(value)) {
    const { error, message } = refusalOf(value)
    const re = 'id' in value && Number.isInteger(value.id) ? Number(value.id) : undefined
    const batch = 'batch' in value && Number.isInteger(value.batch) ? Number(value.batch) : undefined
    refuse(context, connection, error, message, { re, batch })
    return
  }
  context.metrics.frames[value.type].inc()
  route(context, connection, value)
}

function route(context: Context, connection: Connection, message: UpMessage): void {
  const { state } = connection
  if (message.type === 'authenticate') {
    if (state.at === 'greeted') void onAuthenticate(context, connection, message)
    else close(context, connection, 'already_authenticated')
  } else if (state.at !== 'ready') {
    close(context, connection, 'not_authenticated')
  } else if (message.type === 'heartbeat') {
    onHeartbeat(context, connection, state.session, message)
  } else if (message.type === 'telemetry') {
    onTelemetry(context, connection, state.session, message)
  } else if (!inTurn(connection, () => control(context, connection, state.session, message))) {
    const re = 'id' in message ? message.id : undefined
    refuse(context, connection, 'overloaded', 'too many requests wait for their turn', { re })
  }
}

type Control = Exclude<UpMessage, { type: 'authenticate' | 'heartbeat' | 'telemetry' }>

/** Requests about playback, in the order they came: one that looks up a track holds back those behind it. */
function control(context: Context, connection: Connection, session: Session, message: Control): void | Promise<void> {
  if (connection.state.at !== 'ready') return
  switch (message.type) {
    case 'play':
      return onPlay(context, connection, session, message)
    case 'next':
      return onNext(context, connection, session, message)
    case 'pause':
      return onPause(context, connection, session, message)
    case 'seek':
      return onSeek(context, connection, session, message)
    case 'stop':
      return onStop(context, connection, session, message)
    case 'credit':
      return onCredit(context, connection, session, message)
  }
}
