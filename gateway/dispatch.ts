/** Owns the way of a frame to its handler. Hot path. */

import { decodeFrame } from '../protocol/codec.ts'
import { MAX_REQUEST_ID } from '../protocol/fields.ts'
import { type FrameText, frameText, readHeartbeat } from '../protocol/heartbeat-frame.ts'
import type { Authenticate } from '../protocol/messages/authenticate.ts'
import type { Resume } from '../protocol/messages/resume.ts'
import { isRequest, type UpMessage } from '../protocol/messages/up.ts'
import { isUp, type Refusal, refusalOf } from '../protocol/validate.ts'
import { refuse as refuseRequest } from '../session/answers.ts'
import { isStale } from '../session/leasing.ts'
import { type Connection, inTurn } from './connection.ts'
import type { Context } from './context.ts'
import { perform } from './effects.ts'
import { onAuthenticate } from './handlers/authenticate.ts'
import { onCommand } from './handlers/command.ts'
import { onCredit } from './handlers/credit.ts'
import { onDismiss } from './handlers/dismiss.ts'
import { answerHeartbeat, onHeartbeat } from './handlers/heartbeat.ts'
import { onNext } from './handlers/next.ts'
import { onPause } from './handlers/pause.ts'
import { onPlay } from './handlers/play.ts'
import { onRefresh } from './handlers/refresh.ts'
import { onRename } from './handlers/rename.ts'
import { onResume } from './handlers/resume.ts'
import { onSearch } from './handlers/search.ts'
import { onSeek } from './handlers/seek.ts'
import { onStop } from './handlers/stop.ts'
import { onTelemetry } from './handlers/telemetry.ts'
import { onTransfer } from './handlers/transfer.ts'
import type { HeldSession } from './held-session.ts'
import { close, type Refused, refuse } from './outbox.ts'
import { takeToken } from './token-bucket.ts'

/** Why a message does not reach its handler. */
type EarlyRefusal = Refusal & { readonly retryAfterMs?: number }

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
  if (connection.state.at === 'closed' || connection.closing !== undefined) return
  if (frame.byteLength > context.config.limits.maxFrameBytes) {
    close(context, connection, 'frame_too_large')
    return
  }
  if (isBinary !== (connection.encoding === 'msgpack')) {
    refuse(context, connection, 'wrong_frame_kind', `frames of this subprotocol are ${isBinary ? 'text' : 'binary'}`)
    return
  }
  const bytes = new Uint8Array(frame)
  const beat = isBinary ? readHeartbeat(bytes, openStreamOf(connection)) : undefined
  const value = beat ?? decodeFrame(bytes, connection.encoding)
  if (value === undefined) {
    refuse(context, connection, 'malformed_frame', 'the frame is not a map with a `type`')
    return
  }
  const retryAfterMs = takeToken(connection.rate, context.config.limits.messages, connection.lastHeardMs)
  if (retryAfterMs > 0) {
    const refusal = { error: 'too_many_requests', message: 'more messages than `hello` allows', retryAfterMs } as const
    refuseValue(context, connection, value, refusal)
    return
  }
  const message = beat ?? (isUp(value) ? value : undefined)
  if (message === undefined) {
    refuseValue(context, connection, value, refusalOf(value))
    return
  }
  context.metrics.frames[message.type] += 1
  route(context, connection, message)
}

function openStreamOf(connection: Connection): FrameText | undefined {
  const { state } = connection
  if (state.at !== 'ready' || state.held.session.state.at === 'idle') return undefined
  const { streamId } = state.held.session.state.stream
  if (connection.openStream?.text !== streamId) connection.openStream = frameText(streamId)
  return connection.openStream
}

/** What a refusal of `value` repeats, as far as it can be read. */
function numbersOf(value: object): Refused {
  return {
    re: 'id' in value ? asNumber(value.id) : undefined,
    batch: 'batch' in value ? asNumber(value.batch) : undefined,
  }
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
    if (!context.returns.speaks(connection)) context.keeper.save(held)
  }
  if (message.type === 'telemetry') onTelemetry(context, connection, held.session, message)
  else if (message.type === 'refresh') follow(context, connection, onRefresh(context, connection, held, message))
  else if (message.type === 'search') follow(context, connection, onSearch(context, connection, held, message))
  else if (message.type === 'heartbeat') {
    answerHeartbeat(context, connection, message)
    // It must not be evidence for a stream before the requests that came before it are done.
    if (connection.turn === undefined) onHeartbeat(context, connection, held, message, connection.lastHeardMs)
    else inOrder(context, connection, held, message)
  }
  // Answered already: the client asks again because a socket broke, and the answer was among what it missed.
  else if (isAnswered(held, message)) return
  else if (!inOrder(context, connection, held, message)) {
    const refusal = { error: 'overloaded', message: 'too many requests wait for their turn' } as const
    refuseValue(context, connection, message, refusal)
  }
}

/** A request is answered, and thereby done, whatever is wrong with it: numbered and in its turn. All else is refused at once. */
function refuseValue(context: Context, connection: Connection, value: { type: string }, refusal: EarlyRefusal): void {
  const { state } = connection
  const { error, message, retryAfterMs } = refusal
  const { re, batch } = numbersOf(value)
  if (state.at !== 'ready' || re === undefined || !isRequest(value.type)) {
    refuse(context, connection, error, message, { re, batch, retryAfterMs })
    return
  }
  const { held } = state
  const answer = () => {
    if (connection.state.at !== 'ready') return
    // Its id has had its answer: this one must not pass for that.
    if (re <= held.session.sayings.lastRequest) refuse(context, connection, error, message, { retryAfterMs })
    else {
      const details = retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }
      perform(context, connection, held, refuseRequest(held.session, re, error, message, details), context.now())
    }
  }
  const failed = (cause: unknown) => onDefect(context, connection, cause)
  // It does not stop, whatever it is told.
  if (!inTurn(connection, answer, failed, 'refusal')) close(context, connection, 'too_many_requests')
}

function signIn(context: Context, connection: Connection, message: Authenticate | Resume): Promise<void> {
  context.waitingRoom.spoke(connection)
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

/** Asked for a second time: perhaps the first one was still waiting for its turn when this came. */
function isAnswered(held: HeldSession, message: object): boolean {
  return 'id' in message && Number(message.id) <= held.session.sayings.lastRequest
}

type Control = Exclude<UpMessage, { type: 'authenticate' | 'resume' | 'refresh' | 'telemetry' | 'search' }>

function control(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Control,
  arrivedMs: number,
): void | Promise<void> {
  if (connection.state.at !== 'ready' || isAnswered(held, message)) return
  if (message.type !== 'heartbeat' && isOfTheStopped(context, connection, held, message)) return
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
    case 'transfer':
      return onTransfer(context, connection, held, message)
    case 'command':
      return onCommand(context, connection, held, message)
    case 'rename':
      return onRename(context, connection, held, message)
    case 'dismiss':
      return onDismiss(context, connection, held, message)
    case 'heartbeat':
      return onHeartbeat(context, connection, held, message, arrivedMs)
  }
}

/** Whether the message is of a holder that was stopped: then it is refused, and nothing else. */
function isOfTheStopped(context: Context, connection: Connection, held: HeldSession, message: Control): boolean {
  // `transfer` and `command` name the fence of another device.
  if (message.type === 'transfer' || message.type === 'command') return false
  if (message.type === 'play' || message.type === 'rename' || message.type === 'dismiss') return false
  if (!isStale(held.session, message.fence)) return false
  const why = 'another device plays since'
  if ('id' in message) {
    const nowMs = context.now()
    perform(context, connection, held, refuseRequest(held.session, message.id, 'stale_fence', why), nowMs)
  } else refuse(context, connection, 'stale_fence', why)
  return true
}
