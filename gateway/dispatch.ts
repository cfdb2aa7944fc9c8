/** Owns the way of a frame to its handler. Hot path. */

import { decodeFrame } from '../protocol/codec.ts'
import { MAX_REQUEST_ID } from '../protocol/fields.ts'
import type { Authenticate } from '../protocol/messages/authenticate.ts'
import type { Resume } from '../protocol/messages/resume.ts'
import type { UpMessage } from '../protocol/messages/up.ts'
import { isUp, refusalOf } from '../protocol/validate.ts'
import { type Connection, inTurn } from './connection.ts'
import type { Context } from './context.ts'
import { onAuthenticate } from './handlers/authenticate.ts'
import { onCredit } from './handlers/credit.ts'
import { answerHeartbeat, onHeartbeat } from './handlers/heartbeat.ts'
import { onNext } from './handlers/next.ts'
import { onPause } from './handlers/pause.ts'
import { onPlay } from './handlers/play.ts'
import { onRefresh } from './handlers/refresh.ts'
import { onResume } from './handlers/resume.ts'
import { onSeek } from './handlers/seek.ts'
import { onStop } from './handlers/stop.ts'
import { onTelemetry } from './handlers/telemetry.ts'
import type { HeldSession } from './held-session.ts'
import { close, refuse } from './outbox.ts'

/** A frame arrived. A defect of ours closes this one socket with `internal`, and the log says why. */
export function onFrame(context: Context, connection: Connection, frame: ArrayBuffer, isBinary: boolean): void {
  try {
    take(context, connection, frame, isBinary)
  } catch (error) {
    onDefect(context, connection, error)
  }
}

function onDefect(context: Context, connection: Connection, error: unknown): void {
  context.log.error({ err: error }, 'a frame could not be handled')
  close(context, connection, 'internal')
}

/** `frame` is the socket's own memory and is read before this returns. */
function take(context: Context, connection: Connection, frame: ArrayBuffer, isBinary: boolean): void {
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
    const re = 'id' in value ? asNumber(value.id) : undefined
    const batch = 'batch' in value ? asNumber(value.batch) : undefined
    refuse(context, connection, error, message, { re, batch })
    return
  }
  context.metrics.frames[value.type].inc()
  route(context, connection, value)
}

/** A number of a request or batch, as an answer may repeat it. */
function asNumber(value: unknown): number | undefined {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_REQUEST_ID ? Number(value) : undefined
}

function route(context: Context, connection: Connection, message: UpMessage): void {
  const { state } = connection
  if (message.type === 'authenticate' || message.type === 'resume') {
    if (state.at === 'greeted') follow(context, connection, signIn(context, connection, message))
    else close(context, connection, 'already_authenticated')
    return
  }
  if (state.at !== 'ready') {
    close(context, connection, 'not_authenticated')
    return
  }
  const { held } = state
  // The first word over this socket shows that the ticket of its epoch has arrived.
  if (!held.spoken) {
    held.spoken = true
    context.keeper.save(held)
  }
  if (message.type === 'telemetry') onTelemetry(context, connection, held.session, message)
  else if (message.type === 'refresh') follow(context, connection, onRefresh(context, connection, held, message))
  else if (message.type === 'heartbeat') {
    answerHeartbeat(context, connection, message)
    // It must not be evidence for a stream before the requests that came before it are done.
    if (connection.turn === undefined) onHeartbeat(context, connection, held, message, connection.lastHeardMs)
    else inOrder(context, connection, held, message)
  }
  // Answered already: the client asks again because a socket broke, and the answer was among what it missed.
  else if ('id' in message && message.id <= held.session.sayings.lastRequest) return
  else if (!inOrder(context, connection, held, message)) {
    const re = 'id' in message ? message.id : undefined
    refuse(context, connection, 'overloaded', 'too many requests wait for their turn', { re })
  }
}

function signIn(context: Context, connection: Connection, message: Authenticate | Resume): Promise<void> {
  return message.type === 'authenticate'
    ? onAuthenticate(context, connection, message)
    : onResume(context, connection, message)
}

function follow(context: Context, connection: Connection, work: Promise<void>): void {
  work.catch((error: unknown) => onDefect(context, connection, error))
}

/** Requests about playback, in the order they came: one that looks up a track holds back those behind it. */
function inOrder(context: Context, connection: Connection, held: HeldSession, message: Control): boolean {
  const arrivedMs = connection.lastHeardMs
  return inTurn(
    connection,
    () => control(context, connection, held, message, arrivedMs),
    (error) => onDefect(context, connection, error),
  )
}

type Control = Exclude<UpMessage, { type: 'authenticate' | 'resume' | 'refresh' | 'telemetry' }>

function control(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Control,
  arrivedMs: number,
): void | Promise<void> {
  if (connection.state.at !== 'ready') return
  switch (message.type) {
    case 'play':
      return onPlay(context, connection, held, message, arrivedMs)
    case 'next':
      return onNext(context, connection, held, message, arrivedMs)
    case 'pause':
      return onPause(context, connection, held, message, arrivedMs)
    case 'seek':
      return onSeek(context, connection, held, message, arrivedMs)
    case 'stop':
      return onStop(context, connection, held, message, arrivedMs)
    case 'credit':
      return onCredit(context, connection, held, message, arrivedMs)
    case 'heartbeat':
      return onHeartbeat(context, connection, held, message, arrivedMs)
  }
}
