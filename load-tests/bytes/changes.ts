/** Owns what is done to a good message, and to good bytes, so that they are good no more. */

import { pick } from '../../infra/demo/seeded-random.ts'
import { WILD_NUMBERS, WILD_OTHERS, WILD_TEXTS } from './wild-values.ts'

type Fields = Record<string, unknown>
type Random = () => number

const whole = (random: Random, most: number) => Math.floor(random() * most)
const textKeys = (fields: Fields) => Object.keys(fields)

export function wildValue(random: Random): unknown {
  const kind = random()
  if (kind < 0.4) return pick(random, WILD_NUMBERS)
  if (kind < 0.75) return pick(random, WILD_TEXTS)
  // A copy: what is changed next may be within it.
  if (kind < 0.97) return structuredClone(pick(random, WILD_OTHERS))
  return deep(whole(random, 60))
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** A record within the message, most often the message itself. */
function somewhere(random: Random, fields: Fields): Fields {
  if (random() < 0.6) return fields
  const { events, device } = fields
  const inner: unknown = Array.isArray(events) ? events[whole(random, events.length)] : device
  return isRecord(inner) ? inner : fields
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

/** A key of its own, whatever it is called: by assignment `__proto__` would be none. */
function put(fields: Fields, key: string, value: unknown): void {
  Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true })
}

/** Each changes the message in place. */
const FIELD_CHANGES: readonly ((random: Random, fields: Fields) => void)[] = [
  (random, fields) => {
    const at = somewhere(random, fields)
    delete at[pick(random, [...textKeys(at), 'type'])]
  },
  (random, fields) => {
    const at = somewhere(random, fields)
    put(at, pick(random, [...textKeys(at), 'type']), wildValue(random))
  },
  (random, fields) => {
    put(somewhere(random, fields), pick(random, WILD_TEXTS), wildValue(random))
  },
  (random, fields) => {
    const at = somewhere(random, fields)
    const key = pick(random, [...textKeys(at), 'type'])
    if (typeof at[key] === 'number') at[key] = -at[key] + pick(random, [0, 0.5, 1, -1])
  },
  (random, fields) => {
    fields.type = pick(random, ['hello', 'ack', 'grant', 'playback', 'resumed', 'goaway', 'error', 'Play', ' play', ''])
  },
  (random, fields) => {
    if (Array.isArray(fields.events)) fields.events.length = pick(random, [0, fields.events.length])
    if (Array.isArray(fields.events) && random() < 0.1) fields.events = new Array(150).fill(fields.events[0] ?? null)
  },
]

export function changeFields(random: Random, fields: Fields): void {
  for (let times = 1 + whole(random, 2); times > 0; times--) pick(random, FIELD_CHANGES)(random, fields)
}

/** Bytes that mean much to MessagePack, JSON or UTF-8. */
const TELLING_BYTES = [
  ...[0x00, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1],
  ...[0xc2, 0xc3, 0xc4, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcc, 0xcf, 0xd0, 0xd3, 0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde],
  ...[0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf8, 0xff],
] as const

/** Each returns other bytes. */
const BYTE_CHANGES: readonly ((random: Random, bytes: Uint8Array) => Uint8Array)[] = [
  (random, bytes) => {
    const at = whole(random, bytes.length)
    const changed = bytes.slice()
    changed[at] = (changed[at] ?? 0) ^ (1 << whole(random, 8))
    return changed
  },
  (random, bytes) => {
    const changed = bytes.slice()
    changed[whole(random, bytes.length)] = pick(random, TELLING_BYTES)
    return changed
  },
  (random, bytes) => bytes.slice(0, whole(random, bytes.length + 1)),
  (random, bytes) => bytes.slice(whole(random, bytes.length + 1)),
  (random, bytes) => {
    const at = whole(random, bytes.length)
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + whole(random, 4)))
  },
  (random, bytes) => {
    const at = whole(random, bytes.length + 1)
    return joined(bytes.subarray(0, at), randomBytes(random, 1 + whole(random, 6)), bytes.subarray(at))
  },
  (random, bytes) => {
    const from = whole(random, bytes.length)
    const some = bytes.subarray(from, from + whole(random, 40))
    return joined(bytes.subarray(0, whole(random, bytes.length)), some, bytes.subarray(from))
  },
  (_random, bytes) => joined(bytes, bytes),
]

export function changeBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let changed = bytes
  for (let times = 1 + whole(random, 3); times > 0; times--) changed = pick(random, BYTE_CHANGES)(random, changed)
  return changed
}

export function randomBytes(random: Random, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at++) bytes[at] = random() < 0.3 ? pick(random, TELLING_BYTES) : whole(random, 256)
  return bytes
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}
