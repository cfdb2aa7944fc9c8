/** Owns the frames of a heartbeat and of its answer in MessagePack, read and written in place: no other message is as frequent. Hot path. */

import { MAX_POSITION_MS } from './fields.ts'
import type { Heartbeat } from './messages/heartbeat.ts'
import { asciiBytes, shortText } from './plain-msgpack.ts'

/** Bytes as a frame is compared with them, by four at a time: where a length is no multiple of that, the last four begin earlier. */
interface Words {
  readonly length: number
  readonly words: readonly number[]
}

function wordsOf(bytes: Uint8Array): Words {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words: number[] = []
  for (let at = 0; at + 4 < bytes.length; at += 4) words.push(view.getInt32(at))
  words.push(view.getInt32(bytes.length - 4))
  return { length: bytes.length, words }
}

/** A text as most frames have it, to be compared with without being read. */
export interface FrameText extends Words {
  readonly text: string
}

/** @param text of 32 to 255 ASCII characters, such as the id of a stream */
export function frameText(text: string): FrameText {
  return { text, ...wordsOf(Uint8Array.of(0xd9, text.length, ...asciiBytes(text))) }
}

const FLOAT_64 = 0xcb

/** How every heartbeat that is read here begins, behind the head of its map. */
const BEGIN = wordsOf(Uint8Array.of(...shortText('type'), ...shortText('heartbeat')))

/** In the order in which our own client writes them, so that the first is mostly the one. */
const KEYS = ['sent_at_ms', 'volume_percent', 'stream_id', 'position_ms', 'buffer_ms', 'fence'].map((key) =>
  wordsOf(shortText(key)),
)
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

/** A frame is copied here to be read by words. None that is read here is as long: behind its end lies what came before it. */
const copy = new Uint8Array(256)
const view = new DataView(copy.buffer)
let end = 0

/**
 * The heartbeat that `frame` is, if it is one about the stream `open` or none, valid, and written as most are; undefined
 * says nothing: the frame must be decoded and checked then. What is read here is what {@link decodeFrame} would read.
 */
export function readHeartbeat(frame: Uint8Array, open: FrameText | undefined): Heartbeat | undefined {
  const fields = (frame[0] as number) ^ 0x80
  if (!(fields <= KEYS.length + 1) || frame.length > copy.length) return undefined
  copy.set(frame)
  end = frame.length
  if (!isAt(1, BEGIN)) return undefined
  let at = 1 + BEGIN.length
  values.fill(-1)
  let field = -1
  for (let index = 1; index < fields; index++) {
    field = fieldAt(at, field + 1)
    // A key that is none of these, or comes twice, is not for here.
    if (field < 0 || values[field] !== -1) return undefined
    at += (KEYS[field] as Words).length
    if (field === STREAM) {
      if (open === undefined || !isAt(at, open)) return undefined
      values[STREAM] = 0
      at += open.length
    } else {
      const value = wholeAt(at)
      if (value < 0 || value > (MOST[field] as number)) return undefined
      values[field] = value
      at += sizeAt(at)
    }
  }
  return at === end && found(SENT_AT) >= 0 ? heartbeatOf(open) : undefined
}

const found = (field: number): number => values[field] as number

function heartbeatOf(open: FrameText | undefined): Heartbeat {
  const message: Heartbeat = { type: 'heartbeat', sent_at_ms: found(SENT_AT) }
  if (found(VOLUME) >= 0) message.volume_percent = found(VOLUME)
  if (found(STREAM) >= 0 && open !== undefined) message.stream_id = open.text
  if (found(POSITION) >= 0) message.position_ms = found(POSITION)
  if (found(BUFFER) >= 0) message.buffer_ms = found(BUFFER)
  if (found(FENCE) >= 0) message.fence = found(FENCE)
  return message
}

/** The field of which the key is at `at`, which is mostly the one that is `expected`; -1: it is none of ours. */
function fieldAt(at: number, expected: number): number {
  for (let field = expected; field < KEYS.length; field++) if (isAt(at, KEYS[field] as Words)) return field
  for (let field = 0; field < expected; field++) if (isAt(at, KEYS[field] as Words)) return field
  return -1
}

function isAt(at: number, { length, words }: Words): boolean {
  if (at + length > end) return false
  const last = words.length - 1
  for (let index = 0; index < last; index++) if (view.getInt32(at + 4 * index) !== words[index]) return false
  return view.getInt32(at + length - 4) === words[last]
}

/** The bytes of the number at `at`, its head among them. */
function sizeAt(at: number): number {
  const head = view.getUint8(at)
  if (head < 0x80) return 1
  if (head === FLOAT_64) return 9
  return head === 0xcc ? 2 : head === 0xcd ? 3 : 5
}

/** The whole number from 0 on that is at `at`; -1: there is none, or not all of it. */
function wholeAt(at: number): number {
  if (at >= end || at + sizeAt(at) > end) return -1
  const head = view.getUint8(at)
  if (head < 0x80) return head
  if (head === 0xcc) return view.getUint8(at + 1)
  if (head === 0xcd) return view.getUint16(at + 1)
  if (head === 0xce) return view.getUint32(at + 1)
  if (head !== FLOAT_64) return -1
  const value = view.getFloat64(at + 1)
  return Number.isInteger(value) && !Object.is(value, -0) ? value : -1
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
