/** Owns the test of telemetry that is written in place: byte for byte what the library would have written. */

import { Type } from '@sinclair/typebox'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyOfSchema } from '../fixtures/any-message.ts'
import { TelemetryEvent } from '../telemetry-event.ts'
import { type TakenEvent, TelemetryRecord } from './playback-record.ts'
import { decodeRecord, encodeRecord } from './record-codec.ts'
import { encodeTelemetry } from './telemetry-bytes.ts'

const { events: _events, network: _network, ...headFields } = TelemetryRecord.properties
const network = {
  epoch: 2_960,
  address_hash: '00112233445566778899aabbccddeeff',
  family: 4,
  asn: 3_320,
  place: null,
} as const
type Head = Omit<TelemetryRecord, 'events'>
const anyHead = fc
  .tuple(anyOfSchema(Type.Object(headFields)), fc.boolean())
  .map(([head, isKnown]) => ({ ...(head as object), ...(isKnown ? { network } : {}) }) as Head)
const anyEvent = anyOfSchema(TelemetryEvent) as fc.Arbitrary<TelemetryEvent>

/** As the schema has it, in the order of the schema. */
function taken(event: TelemetryEvent, stale: boolean): TakenEvent {
  const known = Object.keys(TelemetryEvent.properties)
    .filter((name) => name in event && !(name === 'offline' && event.offline === false))
    .map((name) => [name, event[name as keyof TelemetryEvent]])
  return { ...Object.fromEntries(known), ...(stale ? { stale: true } : {}) }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('telemetry that is written in place', () => {
  it('is what the library writes', () => {
    const batch = fc.array(fc.tuple(anyEvent, fc.boolean()), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(anyHead, batch, (head, batch) => {
        const stale = new Map(batch)
        const written = encodeTelemetry(head, [...stale.keys()], (event) => stale.get(event) === true)
        const events = [...stale].map(([event, isStale]) => taken(event, isStale))
        expect(hex(written)).toBe(hex(encodeRecord({ ...head, events })))
      }),
      { numRuns: 500 },
    )
  })

  it('has all fields of an event, the longest batch and the longest reason', () => {
    const [whole] = fc.sample(
      fc.record({
        head: anyHead,
        event: anyOfSchema(Type.Required(TelemetryEvent)),
      }),
      1,
    )
    const event = { ...(whole?.event as TelemetryEvent), offline: true, reason: '€'.repeat(64) }
    const events = Array.from({ length: 100 }, () => event)
    const head = whole?.head as Head
    const written = encodeTelemetry(head, events, () => true)
    expect(Object.keys(taken(event, true))).toHaveLength(18)
    expect(hex(written)).toBe(hex(encodeRecord({ ...head, events: events.map((each) => taken(each, true)) })))
  })

  it('leaves out what a client adds, and what it says of being stale', () => {
    fc.assert(
      fc.property(anyHead, anyEvent, (head, event) => {
        const added = { ...event, mood: 'good', stale: true } as unknown as TelemetryEvent
        const written = decodeRecord(encodeTelemetry(head, [added], () => false))
        expect(written).toEqual({ ...head, events: [taken(event, false)] })
      }),
    )
  })

  it('leaves a record as it is when the next ones are written', () => {
    const [head, event] = [fc.sample(anyHead, 1)[0], fc.sample(anyEvent, 1)[0]] as [Head, TelemetryEvent]
    const write = () => encodeTelemetry(head, Array<TelemetryEvent>(100).fill(event), () => false)
    const first = write()
    const before = hex(first)
    for (let i = 0; i < 300; i += 1) expect(hex(write())).toBe(before)
    expect(hex(first)).toBe(before)
  })
})
