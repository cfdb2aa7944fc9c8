/** Owns the frames of a heartbeat and of its answer in MessagePack, read and written in place: no other message is as frequent. Hot path. */

import { MAX_POSITION_MS } from './fields.ts'
import type { Heartbeat } from './messages/heartbeat.ts'

const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
/** A text of less than 32 bytes, its head before it. */
const shortText = (text: string) => Uint8Array.of(0xa0 | text.length, ...bytesOf(text))

/** How every heartbeat that is read here begins, behind the head of its map. */
const BEGIN = Uint8Array.of(...shortText('type'), ...shortText('heartbeat'))

const KEY = {
  sent_at_ms: shortText('sent_at_ms'),
  stream_id: shortText('stream_id'),
  position_ms: shortText('position_ms'),
  buffer_ms: shortText('buffer_ms'),
  volume_percent: shortText('volume_percent'),
  fence: shortText('fence'),
} as const
/** In the order in which our own client writes them, so that the first is mostly the one. */
const FIELDS = Object.keys(KEY) as (keyof typeof KEY)[]
const KEYS = Object.values(KEY)
const MOST = {
  sent_at_ms: Number.MAX_SAFE_INTEGER,
  position_ms: MAX_POSITION_MS,
  buffer_ms: MAX_POSITION_MS,
  volume_percent: 100,
  fence: Number.MAX_SAFE_INTEGER,
} as const

/** The frame that is read, and where the reading stands. */
let bytes: Uint8Array = new Uint8Array()
let at = 0

/**
 * The heartbeat that `frame` is, if it is one about the stream `openStreamId` or none, valid, and written as most are; undefined
 * says nothing: the frame must be decoded and checked then. What is read here is what {@link decodeFrame} would read.
 */
export function readHeartbeat(frame: Uint8Array, openStreamId: string | undefined): Heartbeat | undefined {
  const fields = (frame[0] as number) ^ 0x80
  if (!(fields <= FIELDS.length + 1)) return undefined
  bytes = frame
  at = 1
  if (!isNext(BEGIN)) return undefined
  const message: Heartbeat = { type: 'heartbeat', sent_at_ms: -1 }
  let seen = 0
  let field = -1
  for (let index = 1; index < fields; index++) {
    field = nextField(field + 1)
    const name = FIELDS[field]
    // A key that is none of these, or comes twice, is not for here.
    if (name === undefined || (seen & (1 << field)) !== 0) return undefined
    seen |= 1 << field
    if (name === 'stream_id') {
      if (openStreamId === undefined || !isUuid(openStreamId)) return undefined
      message.stream_id = openStreamId
    } else {
      const value = takeWhole()
      if (value < 0 || value > MOST[name]) return undefined
      message[name] = value
    }
  }
  return message.sent_at_ms >= 0 && at === frame.length ? message : undefined
}

/** Takes the key that comes next, which is mostly the one that is `expected`; -1: it is none of ours. */
function nextField(expected: number): number {
  for (let index = 0; index < KEYS.length; index++) {
    const field = (expected + index) % KEYS.length
    if (isNext(KEYS[field] as Uint8Array)) return field
  }
  return -1
}

/** Takes `part` if it is what comes next. */
function isNext(part: Uint8Array): boolean {
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false
  at += part.length
  return true
}

/** Takes `uuid` if it is what comes next, as a text with a length of one byte. */
function isUuid(uuid: string): boolean {
  if (bytes[at] !== 0xd9 || bytes[at + 1] !== uuid.length) return false
  at += 2
  for (let index = 0; index < uuid.length; index++) if (bytes[at + index] !== uuid.charCodeAt(index)) return false
  at += uuid.length
  return true
}

const number = new DataView(new ArrayBuffer(8))

/** Takes a whole number from 0 on; -1: it is none, or cut short. */
function takeWhole(): number {
  const first = bytes[at++]
  if (first === undefined) return -1
  if (first < 0x80) return first
  if (first === 0xcc) return takeBig(1)
  if (first === 0xcd) return takeBig(2)
  if (first === 0xce) return takeBig(4)
  if (first !== 0xcb) return -1
  number.setUint32(0, takeBig(4))
  number.setUint32(4, takeBig(4))
  const value = number.getFloat64(0)
  return Number.isInteger(value) && !Object.is(value, -0) ? value : -1
}

/** What is beyond the end is not a number, and makes no whole one. */
function takeBig(size: number): number {
  let value = 0
  for (let index = 0; index < size; index++) value = value * 256 + (bytes[at++] ?? Number.NaN)
  return value
}

const FLOAT_64 = 0xcb
const ACK_BEGIN = Uint8Array.of(
  ...[0x83, ...shortText('type'), ...shortText('heartbeat_ack')],
  ...[...shortText('sent_at_ms'), FLOAT_64],
)
const SENT_AT = ACK_BEGIN.length
const ACK_MIDDLE = Uint8Array.of(...shortText('server_time_ms'), FLOAT_64)
const SERVER_TIME_AT = SENT_AT + 8 + ACK_MIDDLE.length
const ack = new Uint8Array(SERVER_TIME_AT + 8)
ack.set(ACK_BEGIN)
ack.set(ACK_MIDDLE, SENT_AT + 8)
const ackView = new DataView(ack.buffer)

/** The frame of the answer; good until the next one is written. */
export function writeHeartbeatAck(sentAtMs: number, serverTimeMs: number): Uint8Array {
  ackView.setFloat64(SENT_AT, sentAtMs)
  ackView.setFloat64(SERVER_TIME_AT, serverTimeMs)
  return ack
}
