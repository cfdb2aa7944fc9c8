/** Owns the frames of a heartbeat and of its answer in MessagePack, read and written in place: no other message is as frequent. Hot path. */

import { MAX_POSITION_MS } from './fields.ts'
import type { Heartbeat } from './messages/heartbeat.ts'

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
/** A text of less than 32 bytes, its head before it. */
const shortText = (text: string) => Uint8Array.of(0xa0 | text.length, ...bytesOf(text))

const FLOAT_64 = 0xcb

/** How every heartbeat that is read here begins, behind the head of its map. */
const BEGIN = Uint8Array.of(...shortText('type'), ...shortText('heartbeat'))

/** In the order in which our own client writes them, so that the first is mostly the one. */
const KEYS = ['sent_at_ms', 'volume_percent', 'stream_id', 'position_ms', 'buffer_ms', 'fence'].map(shortText)
const SENT_AT = 0
const VOLUME = 1
const STREAM = 2
const POSITION = 3
const BUFFER = 4
const FENCE = 5
/** By the same order; of the stream nothing. */
const MOST = [Number.MAX_SAFE_INTEGER, 100, 0, MAX_POSITION_MS, MAX_POSITION_MS, Number.MAX_SAFE_INTEGER]

/** The values of the frame that is read, by the same order; -1: it has none. */
const values = new Float64Array(KEYS.length)

/**
 * The heartbeat that `frame` is, if it is one about the stream `openStreamId` or none, valid, and written as most are; undefined
 * says nothing: the frame must be decoded and checked then. What is read here is what {@link decodeFrame} would read.
 */
export function readHeartbeat(frame: Uint8Array, openStreamId: string | undefined): Heartbeat | undefined {
  const fields = (frame[0] as number) ^ 0x80
  if (!(fields <= KEYS.length + 1) || !isAt(frame, 1, BEGIN)) return undefined
  let at = 1 + BEGIN.length
  values.fill(-1)
  let field = -1
  for (let index = 1; index < fields; index++) {
    field = fieldAt(frame, at, field + 1)
    // A key that is none of these, or comes twice, is not for here.
    if (field < 0 || values[field] !== -1) return undefined
    at += (KEYS[field] as Uint8Array).length
    if (field === STREAM) {
      if (openStreamId === undefined || !isTextAt(frame, at, openStreamId)) return undefined
      values[STREAM] = 0
      at += 2 + openStreamId.length
    } else {
      const value = wholeAt(frame, at)
      if (value < 0 || value > (MOST[field] as number)) return undefined
      values[field] = value
      at += sizeAt(frame, at)
    }
  }
  return at === frame.length && found(SENT_AT) >= 0 ? heartbeatOf(openStreamId) : undefined
}

const found = (field: number): number => values[field] as number

function heartbeatOf(openStreamId: string | undefined): Heartbeat {
  const message: Heartbeat = { type: 'heartbeat', sent_at_ms: found(SENT_AT) }
  if (found(VOLUME) >= 0) message.volume_percent = found(VOLUME)
  if (found(STREAM) >= 0 && openStreamId !== undefined) message.stream_id = openStreamId
  if (found(POSITION) >= 0) message.position_ms = found(POSITION)
  if (found(BUFFER) >= 0) message.buffer_ms = found(BUFFER)
  if (found(FENCE) >= 0) message.fence = found(FENCE)
  return message
}

/** The field of which the key is at `at`, which is mostly the one that is `expected`; -1: it is none of ours. */
function fieldAt(frame: Uint8Array, at: number, expected: number): number {
  for (let field = expected; field < KEYS.length; field++) if (isAt(frame, at, KEYS[field] as Uint8Array)) return field
  for (let field = 0; field < expected; field++) if (isAt(frame, at, KEYS[field] as Uint8Array)) return field
  return -1
}

function isAt(frame: Uint8Array, at: number, part: Uint8Array): boolean {
  if (at + part.length > frame.length) return false
  for (let index = 0; index < part.length; index++) if (frame[at + index] !== part[index]) return false
  return true
}

/** Whether `text`, of letters and digits, is at `at` with a length of one byte before it. */
function isTextAt(frame: Uint8Array, at: number, text: string): boolean {
  const begin = at + 2
  if (frame[at] !== 0xd9 || frame[at + 1] !== text.length || begin + text.length > frame.length) return false
  for (let index = 0; index < text.length; index++) if (frame[begin + index] !== text.charCodeAt(index)) return false
  return true
}

/** The bytes of the number at `at`, its head among them. */
function sizeAt(frame: Uint8Array, at: number): number {
  const head = frame[at] as number
  if (head < 0x80) return 1
  if (head === FLOAT_64) return 9
  return head === 0xcc ? 2 : head === 0xcd ? 3 : 5
}

const number = new DataView(new ArrayBuffer(8))

/** The whole number from 0 on that is at `at`; -1: there is none, or not all of it. */
function wholeAt(frame: Uint8Array, at: number): number {
  if (at >= frame.length || at + sizeAt(frame, at) > frame.length) return -1
  const head = frame[at] as number
  if (head < 0x80) return head
  if (head === 0xcc) return bigAt(frame, at + 1, 1)
  if (head === 0xcd) return bigAt(frame, at + 1, 2)
  if (head === 0xce) return bigAt(frame, at + 1, 4)
  if (head !== FLOAT_64) return -1
  number.setUint32(0, bigAt(frame, at + 1, 4))
  number.setUint32(4, bigAt(frame, at + 5, 4))
  const value = number.getFloat64(0)
  return Number.isInteger(value) && !Object.is(value, -0) ? value : -1
}

function bigAt(frame: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let index = 0; index < size; index++) value = value * 256 + (frame[at + index] as number)
  return value
}

const ACK_BEGIN = Uint8Array.of(
  ...[0x83, ...shortText('type'), ...shortText('heartbeat_ack')],
  ...[...shortText('sent_at_ms'), FLOAT_64],
)
const ACK_SENT_AT = ACK_BEGIN.length
const ACK_MIDDLE = Uint8Array.of(...shortText('server_time_ms'), FLOAT_64)
const SERVER_TIME_AT = ACK_SENT_AT + 8 + ACK_MIDDLE.length
const ack = new Uint8Array(SERVER_TIME_AT + 8)
ack.set(ACK_BEGIN)
ack.set(ACK_MIDDLE, ACK_SENT_AT + 8)
const ackView = new DataView(ack.buffer)

/** The frame of the answer; good until the next one is written. */
export function writeHeartbeatAck(sentAtMs: number, serverTimeMs: number): Uint8Array {
  ackView.setFloat64(ACK_SENT_AT, sentAtMs)
  ackView.setFloat64(SERVER_TIME_AT, serverTimeMs)
  return ack
}
