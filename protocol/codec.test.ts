import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeMessage } from './codec.ts'
import { ERRORS } from './errors.ts'
import { anyOfSchema } from './fixtures/any-message.ts'
import { UP_EXAMPLES } from './fixtures/messages.ts'
import { DOWN_MESSAGES } from './messages/down.ts'
import { UP_MESSAGES, type UpMessage } from './messages/up.ts'
import { isPlainFrame, MAX_DEPTH } from './plain-frame.ts'
import { plainMsgpack } from './plain-msgpack.ts'
import { isUp, refusalOf } from './validate.ts'
import type { Encoding } from './version.ts'

const ENCODINGS: readonly Encoding[] = ['msgpack', 'json']
const text = (value: string) => [0xa0 | value.length, ...Buffer.from(value)]
/** A map with a `type`, and one more field of these bytes. */
const withField = (...value: number[]) => Uint8Array.from([0x82, ...text('type'), ...text('x'), ...text('a'), ...value])
const TINY = [...text('type'), ...text('x')]
const decode = (bytes: readonly number[] | Uint8Array) => decodeFrame(Uint8Array.from(bytes), 'msgpack')

/** What a frame may be made of: no object of a class, nothing inherited, no number that JSON does not have but NaN and the infinities. */
function isPlain(value: unknown): boolean {
  if (value instanceof Uint8Array || Array.isArray(value)) return Array.from<unknown>(value).every(isPlain)
  if (typeof value !== 'object' || value === null)
    return ['string', 'number', 'boolean', 'object'].includes(typeof value)
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain)
}

/** Whatever a frame is, it is a message, or refused by a row of the table; nothing throws. */
function judge(frame: Uint8Array | string, encoding: Encoding): void {
  const value = decodeFrame(frame, encoding)
  if (value === undefined) return
  expect(isPlain(value)).toBe(true)
  if (isUp(value)) return
  const { error, message } = refusalOf(value)
  expect(Object.keys(ERRORS)).toContain(error)
  expect(message).not.toMatch(/\p{Surrogate}/u)
}

describe('C2 every message, in both subprotocols', () => {
  const messages = Object.entries({ ...UP_MESSAGES, ...DOWN_MESSAGES })

  it.each(messages)('%s is read as it was written', (_name, schema) => {
    fc.assert(
      fc.property(anyOfSchema(schema), (message) => {
        expect(Value.Check(schema, message)).toBe(true)
        for (const encoding of ENCODINGS) {
          const frame = encodeMessage(message as UpMessage, encoding)
          expect(decodeFrame(frame, encoding)).toEqual(message)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('E1 bytes that are no message', () => {
  it.each([
    ['no bytes', []],
    ['a number', [0x01]],
    ['an array', [0x91, 0x01]],
    ['a map without type', [0x81, 0xa1, 0x61, 0x01]],
    ['a truncated map', [0x82, 0xa4]],
    ['two values', [0x80, 0x80]],
  ])('are undefined: %s', (_name, bytes) => {
    expect(decode(bytes)).toBeUndefined()
  })

  it('are refused by the table, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        judge(bytes, 'msgpack')
        judge(bytes, 'json')
        judge(Buffer.from(bytes).toString(), 'json')
      }),
      { numRuns: 5_000 },
    )
  })

  it('are refused by the table, when they are a message with some bytes changed, cut or put in', () => {
    const frames = Object.values(UP_EXAMPLES).flatMap((message) => ENCODINGS.map((encoding) => ({ message, encoding })))
    const change = fc.record({ at: fc.nat(400), cut: fc.nat(4), put: fc.uint8Array({ maxLength: 6 }) })
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.array(change, { minLength: 1 }), ({ message, encoding }, changes) => {
        const bytes = [...Buffer.from(encodeMessage(message, encoding))]
        for (const { at, cut, put } of changes) bytes.splice(at % (bytes.length + 1), cut, ...put)
        judge(Uint8Array.from(bytes), encoding)
      }),
      { numRuns: 10_000 },
    )
  })

  it('are refused by the table, when they are JSON or MessagePack of anything', () => {
    const anything = fc.anything({ withNullPrototype: false, withTypedArray: false, key: fc.string(), maxDepth: 4 })
    const types = fc.oneof(fc.constantFrom(...Object.keys(UP_MESSAGES), '__proto__', 'constructor'), fc.string())
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), types, (fields, type) => {
        judge(JSON.stringify({ ...fields, type }), 'json')
        judge(plainMsgpack.pack({ ...fields, type }), 'msgpack')
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('C2 a MessagePack frame is plain', () => {
  it.each([
    ['a timestamp', withField(0xd6, 0xff, 0, 0, 0, 1)],
    ['the private record extension of the library', withField(0xd4, 0x72, 0x40, 0x91, ...text('z'), 0x05)],
    ['its private error and set extensions', withField(0xc7, 1, 0x65, 0xc0)],
    ['any fixext', withField(0xd8, 1, ...new Array<number>(16).fill(0))],
    ['any ext 16', withField(0xc8, 0, 1, 5, 0)],
    ['any ext 32', withField(0xc9, 0, 0, 0, 1, 5, 0)],
    ['the byte that is never used', withField(0xc1)],
    ['text that is not UTF-8', withField(...[0xa2, 0xff, 0xfe])],
    ['text that is cut within a character', withField(...[0xa1, 0xf0])],
    ['overlong text', withField(...[0xa2, 0xc0, 0x80])],
    ['half a surrogate pair', withField(...[0xa3, 0xed, 0xa0, 0x80])],
    ['beyond the last character', withField(...[0xa4, 0xf4, 0x90, 0x80, 0x80])],
    ['a key that is a number', Uint8Array.from([0x82, ...TINY, 0x01, 0x02])],
    ['a key that is a map', Uint8Array.from([0x82, ...TINY, 0x80, 0x02])],
    ['a key that is missing', Uint8Array.from([0x82, ...TINY])],
    ['a byte after the end', Uint8Array.from([0x81, ...TINY, 0xc0])],
  ])('%s is malformed', (_name, bytes) => {
    expect(decode(bytes)).toBeUndefined()
  })

  it.each([
    ['array 32', 0xdd],
    ['map 32', 0xdf],
    ['str 32', 0xdb],
    ['bin 32', 0xc6],
  ])('%s that claims four gigabytes takes no memory', (_name, header) => {
    const before = process.memoryUsage().rss
    for (let time = 0; time < 1_000; time++) {
      for (const high of [0x00, 0x01, 0x7f, 0xff]) {
        expect(decode([...withField(), header, high, 0xff, 0xff, 0xff, 0xc0])).toBeUndefined()
      }
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024)
  })

  it.each([
    ['arrays', 0x91, []],
    ['maps', 0x81, text('k')],
  ])('nests %s to a bound', (_name, header, key) => {
    const nested = (depth: number) => withField(...new Array(depth).fill([header, ...key]).flat(), 0xc0)
    expect(decode(nested(MAX_DEPTH - 1))).toMatchObject({ type: 'x' })
    expect(decode(nested(MAX_DEPTH))).toBeUndefined()
    expect(decode(nested(10_000))).toBeUndefined()
  })

  it('is taken for plain exactly when it is read as the same value by a stock decoder', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 })),
        fc.nat(),
        (value, at) => {
          const whole: Uint8Array = plainMsgpack.pack(value)
          expect(isPlainFrame(whole)).toBe(true)
          expect(isPlainFrame(whole.subarray(0, at % whole.length))).toBe(false)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('a frame changes nothing but itself', () => {
  const pollutions = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

  it.each(pollutions)('no key %s reaches what objects inherit', (key) => {
    const inner = '{"polluted":true,"type":"pause"}'
    judge(`{"type":"pause","${key}":${inner}}`, 'json')
    judge(`{"${key}":${inner}}`, 'json')
    const packed = [0x81, ...text('polluted'), 0xc3]
    const value = decode([0x82, ...TINY, ...text(key), ...packed])
    expect(value === undefined || isPlain(value)).toBe(true)
    expect(decode([0x81, ...text(key), ...packed])).toBeUndefined()
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
  })

  it('fields are never inherited from a field', () => {
    const value = decodeFrame('{"type":"rename","__proto__":{"id":1,"name":"x"}}', 'json')
    expect(value !== undefined && isUp(value)).toBe(false)
  })

  it('the next frame is read as if there had been none', () => {
    const rename = encodeMessage({ type: 'rename', id: 64, name: 'Kitchen' }, 'msgpack')
    for (let id = 0x40; id < 0x80; id++) decode(withField(0xd4, 0x72, id, 0x91, ...text('z'), 0x05))
    expect(decodeFrame(rename, 'msgpack')).toEqual({ type: 'rename', id: 64, name: 'Kitchen' })
  })
})

describe('C3 numbers', () => {
  const beat = (position: readonly number[]) =>
    decode([
      0x83,
      ...text('type'),
      ...text('heartbeat'),
      ...text('sent_at_ms'),
      0x01,
      ...text('position_ms'),
      ...position,
    ])
  const float64 = (value: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(value)
    return [0xcb, ...bytes]
  }

  it('a whole number may come as a float of 64 bits', () => {
    expect(isUp(beat(float64(90_000)) ?? { type: '' })).toBe(true)
  })

  it.each([
    ['a fraction', float64(0.5)],
    ['NaN', float64(Number.NaN)],
    ['infinity', float64(Number.POSITIVE_INFINITY)],
    ['a negative number', [0xff]],
    ['2^53', float64(2 ** 53)],
    ['the greatest uint 64', [0xcf, ...new Array<number>(8).fill(0xff)]],
    ['the least int 64', [0xd3, 0x80, ...new Array<number>(7).fill(0)]],
    ['nil', [0xc0]],
    ['bytes', [0xc4, 1, 5]],
    ['text', text('5')],
  ])('%s is no position', (_name, bytes) => {
    const value = beat(bytes)
    expect(value).toMatchObject({ type: 'heartbeat' })
    expect(isUp(value ?? { type: '' })).toBe(false)
  })

  it('C2 of a key that comes twice the last counts, in both subprotocols', () => {
    const twice = [0x83, ...text('type'), ...text('x'), ...text('a'), 0x01, ...text('a'), 0x02]
    expect(decode(twice)).toEqual({ type: 'x', a: 2 })
    expect(decodeFrame('{"type":"x","a":1,"a":2}', 'json')).toEqual({ type: 'x', a: 2 })
  })
})

describe('JSON frames', () => {
  it('nest as deep as a frame is long', () => {
    const deep = `{"type":"x","a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`
    const value = decodeFrame(deep, 'json')
    expect(value?.type).toBe('x')
    expect(refusalOf(value ?? { type: '' }).error).toBe('unknown_message')
  })

  it('that are not UTF-8 are malformed', () => {
    expect(
      decodeFrame(Uint8Array.from([...Buffer.from('{"type":"'), 0xff, ...Buffer.from('"}')]), 'json'),
    ).toBeUndefined()
  })

  it('are refused in words that are well-formed, though the name of the message is not', () => {
    judge('{"type":"\\ud800"}', 'json')
    judge(plainMsgpack.pack({ type: `${'x'.repeat(63)}😀` }), 'msgpack')
  })
})
