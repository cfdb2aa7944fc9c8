import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeMessage } from './codec.ts'
import { anyOfSchema } from './fixtures/any-message.ts'
import { frameText, readHeartbeat, writeHeartbeatAck } from './heartbeat-frame.ts'
import { Heartbeat } from './messages/heartbeat.ts'
import { isUp } from './validate.ts'

const OPEN = '0190f3a0-0000-7000-8000-00000000abcd'
const open = frameText(OPEN)
const WHOLE: Heartbeat = {
  type: 'heartbeat',
  sent_at_ms: 1_790_000_000_123,
  stream_id: OPEN,
  position_ms: 61_250,
  buffer_ms: 40_000,
  volume_percent: 80,
  fence: 12,
}
const packed = (message: unknown) => encodeMessage(message as Heartbeat, 'msgpack') as Uint8Array
/** As every other message is read. */
const decoded = (frame: Uint8Array) => {
  const value = decodeFrame(frame, 'msgpack')
  return value !== undefined && isUp(value) ? value : undefined
}

describe('a heartbeat that is read in place', () => {
  it.each([
    ['whole', WHOLE],
    ['of a session in which nothing plays', { type: 'heartbeat', sent_at_ms: WHOLE.sent_at_ms }],
    ['in another order', { type: 'heartbeat', fence: 1, buffer_ms: 2, stream_id: OPEN, sent_at_ms: 5 }],
    ['with some of its fields', { type: 'heartbeat', sent_at_ms: 3, position_ms: 70_000, fence: 2 ** 40 }],
  ])('is read at all: %s', (_what, message) => {
    expect(readHeartbeat(packed(message), open)).toEqual(message)
  })

  it('is what the decoder would have read, or left to it', () => {
    const ofOpen = anyOfSchema(Heartbeat).map((message) => ({ ...(message as Heartbeat), stream_id: OPEN }))
    fc.assert(
      fc.property(fc.oneof(ofOpen, anyOfSchema(Heartbeat)), (message) => {
        const frame = packed(message)
        const read = readHeartbeat(frame, open)
        if (read !== undefined) expect(read).toEqual(decoded(frame))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is never read where the decoder or the schema refuses, whatever becomes of its bytes', () => {
    const whole = packed(WHOLE)
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255), length: fc.nat(whole.length + 3) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let frame = whole.slice()
        for (const { at, byte } of changes) frame[at] = byte
        const length = changes[0]?.length ?? 0
        if (length % 4 === 0) frame = Uint8Array.from({ length }, (_, index) => frame[index] ?? 0)
        const read = readHeartbeat(frame, open)
        if (read !== undefined) expect(read).toEqual(decoded(frame))
      }),
      { numRuns: 20_000 },
    )
  })

  it('is left to the decoder when a field is unknown, comes twice, or says what none may say', () => {
    const twice = Uint8Array.of(0x83, ...packed(WHOLE).subarray(1, 16), ...[0xab, ...Buffer.from('position_ms'), 1])
    const left = [
      { ...WHOLE, mood: 1 },
      { ...WHOLE, volume_percent: 101 },
      { ...WHOLE, position_ms: 1.5 },
      { ...WHOLE, sent_at_ms: -1 },
      { ...WHOLE, stream_id: WHOLE.stream_id?.replace('a', 'b') },
      { position_ms: 1, ...WHOLE },
      { type: 'heartbeat' },
      { type: 'heartbeats', sent_at_ms: 1 },
    ]
    for (const message of left) expect(readHeartbeat(packed(message), open)).toBeUndefined()
    expect(readHeartbeat(packed(WHOLE), undefined)).toBeUndefined()
    expect(readHeartbeat(twice, open)).toBeUndefined()
    expect(readHeartbeat(new Uint8Array(), open)).toBeUndefined()
    expect(
      readHeartbeat(
        Uint8Array.from({ length: 300 }, (_, at) => packed(WHOLE)[at] ?? 0),
        open,
      ),
    ).toBeUndefined()
  })
})

describe('the answer that is written in place', () => {
  it('is what the encoder would have written', () => {
    const times = fc.integer({ min: 2 ** 32, max: Number.MAX_SAFE_INTEGER })
    fc.assert(
      fc.property(times, times, (sent_at_ms, server_time_ms) => {
        const whole = packed({ type: 'heartbeat_ack', sent_at_ms, server_time_ms })
        expect(Buffer.from(writeHeartbeatAck(sent_at_ms, server_time_ms))).toEqual(Buffer.from(whole))
      }),
    )
    expect(decodeFrame(writeHeartbeatAck(7, 8), 'msgpack')).toEqual({
      type: 'heartbeat_ack',
      sent_at_ms: 7,
      server_time_ms: 8,
    })
  })
})
