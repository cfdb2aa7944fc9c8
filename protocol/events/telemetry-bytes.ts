/** Owns the bytes of a batch of telemetry on `playback.events`, written in place: no other record is as frequent. Hot path. */

import { plainMsgpack, shortText } from '../plain-msgpack.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { TakenEvent, TelemetryRecord } from './playback-record.ts'

const key = (name: keyof TakenEvent) => shortText(name)

const [ID, SEQ, KIND] = [key('id'), key('seq'), key('kind')] as const
const [AT, STREAM, POSITION] = [key('at_ms'), key('stream_id'), key('position_ms')] as const
const [STARTUP, STALL, BUFFER] = [key('startup_ms'), key('stall_ms'), key('buffer_ms')] as const
const [BITRATE, TOP, THROUGHPUT] = [key('bitrate_kbps'), key('top_kbps'), key('throughput_kbps')] as const
const [STARVED, STARTING, FENCE] = [key('starved'), key('starting'), key('fence')] as const
const [OFFLINE, REASON, STALE] = [key('offline'), key('reason'), key('stale')] as const
const REQUIRED_FIELDS = 6
const MOST_FIELDS_OF_A_BYTE = 15

/** More than any event takes: its keys, two ids, ten numbers of nine bytes, and a reason of 64 characters. */
const MOST_EVENT_BYTES = 800
const POOL_BYTES = 1024 * 1024

/** Records are parts of it: what is full is left to whoever still holds one. */
let pool = new Uint8Array(0)
let view = new DataView(pool.buffer)
let at = 0

/**
 * As `encodeRecord` writes the record with these events, each as the schema has it: what a client adds is neither stored nor trusted to be storable.
 * @param head all of the record but its events
 * @param isStale whether the event is marked as one of a holder that was stopped
 */
export function encodeTelemetry(
  head: Omit<TelemetryRecord, 'events'>,
  events: readonly TelemetryEvent[],
  isStale: (event: TelemetryEvent) => boolean,
): Uint8Array {
  // Ends with an empty array, in whose place the events are written.
  const before = plainMsgpack.pack({ ...head, events: [] })
  makeRoom(before.length + 2 + events.length * MOST_EVENT_BYTES)
  const begin = at
  pool.set(before, at)
  at += before.length - 1
  writeLength(events.length)
  for (const event of events) writeEvent(event, isStale(event))
  return pool.subarray(begin, at)
}

function makeRoom(bytes: number): void {
  if (pool.length - at >= bytes) return
  pool = new Uint8Array(Math.max(POOL_BYTES, bytes))
  view = new DataView(pool.buffer)
  at = 0
}

/** Of an array. */
function writeLength(length: number): void {
  if (length < 16) pool[at++] = 0x90 | length
  else {
    pool[at++] = 0xdc
    view.setUint16(at, length)
    at += 2
  }
}

function writeEvent(event: TelemetryEvent, stale: boolean): void {
  const begin = at++
  writeAscii(ID, event.id)
  writeNumber(SEQ, event.seq)
  writeAscii(KIND, event.kind)
  writeNumber(AT, event.at_ms)
  writeAscii(STREAM, event.stream_id)
  writeNumber(POSITION, event.position_ms)
  const fields =
    REQUIRED_FIELDS +
    writeNumber(STARTUP, event.startup_ms) +
    writeNumber(STALL, event.stall_ms) +
    writeNumber(BUFFER, event.buffer_ms) +
    writeNumber(BITRATE, event.bitrate_kbps) +
    writeNumber(TOP, event.top_kbps) +
    writeNumber(THROUGHPUT, event.throughput_kbps) +
    writeFlag(STARVED, event.starved) +
    writeFlag(STARTING, event.starting) +
    writeNumber(FENCE, event.fence) +
    writeFlag(OFFLINE, event.offline || undefined) +
    writeText(REASON, event.reason) +
    writeFlag(STALE, stale || undefined)
  if (fields <= MOST_FIELDS_OF_A_BYTE) pool[begin] = 0x80 | fields
  else {
    pool.copyWithin(begin + 3, begin + 1, at)
    at += 2
    pool[begin] = 0xde
    view.setUint16(begin + 1, fields)
  }
}

function writeKey(name: Uint8Array): void {
  for (let index = 0; index < name.length; index++) pool[at++] = name[index] as number
}

/** As all functions here that may find nothing to write: how many fields it wrote. */
function writeNumber(name: Uint8Array, value: number | undefined): number {
  if (value === undefined) return 0
  writeKey(name)
  if (value >>> 0 !== value) {
    pool[at++] = 0xcb
    view.setFloat64(at, value)
    at += 8
  } else if (value < 0x80) pool[at++] = value
  else if (value < 0x100) {
    pool[at++] = 0xcc
    pool[at++] = value
  } else if (value < 0x10000) {
    pool[at++] = 0xcd
    view.setUint16(at, value)
    at += 2
  } else {
    pool[at++] = 0xce
    view.setUint32(at, value)
    at += 4
  }
  return 1
}

function writeFlag(name: Uint8Array, value: boolean | undefined): number {
  if (value === undefined) return 0
  writeKey(name)
  pool[at++] = value ? 0xc3 : 0xc2
  return 1
}

/** An id or a word of ours: less than 256 characters, a byte each. */
function writeAscii(name: Uint8Array, text: string): void {
  writeKey(name)
  writeTextLength(text.length)
  for (let index = 0; index < text.length; index++) pool[at++] = text.charCodeAt(index)
}

const utf8 = new TextEncoder()

function writeText(name: Uint8Array, text: string | undefined): number {
  if (text === undefined) return 0
  writeKey(name)
  const bytes = utf8.encode(text)
  writeTextLength(bytes.length)
  pool.set(bytes, at)
  at += bytes.length
  return 1
}

function writeTextLength(bytes: number): void {
  if (bytes < 0x20) pool[at++] = 0xa0 | bytes
  else {
    pool[at++] = 0xd9
    pool[at++] = bytes
  }
}
