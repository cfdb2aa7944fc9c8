import { describe, expect, it } from 'vitest'
import { type DeadLetter, messageOf, slicesOf } from './dead-letters.ts'

/** What a broker takes in one request unless it is told otherwise. */
const BROKER_TAKES_BYTES = 1_048_588

function letter(offset: number, bytes: number, fields: Partial<DeadLetter['record']> = {}): DeadLetter {
  const record = { offset: BigInt(offset), key: Buffer.from('account'), value: Buffer.alloc(bytes), headers: {} }
  return { record: { ...record, ...fields }, topic: 'playback.events', partition: 3, reason: 'it is no record' }
}
const bytesOf = (slice: readonly DeadLetter[]) =>
  slice.map(messageOf).reduce((sum, { key, value, headers }) => {
    const inHeaders = Object.entries(headers ?? {}).reduce(
      (n, [name, text]) => n + name.length + String(text).length,
      0,
    )
    return sum + (key?.length ?? 0) + (value?.length ?? 0) + inHeaders
  }, 0)

describe('dead letters', () => {
  it.each([
    ['many small ones', Array.from({ length: 60_000 }, (_, i) => letter(i, 17))],
    ['a whole fetch of middling ones', Array.from({ length: 200 }, (_, i) => letter(i, 5_300))],
    ['great ones', Array.from({ length: 4 }, (_, i) => letter(i, 890 * 1024))],
  ])('go in slices that a broker takes, all of them and in order: %s', (_name, letters) => {
    const slices = slicesOf(letters)
    expect(slices.flat()).toEqual(letters)
    expect(slices.length).toBeGreaterThan(1)
    expect(Math.max(...slices.map(bytesOf))).toBeLessThan(BROKER_TAKES_BYTES)
  })

  it('are kept as they came, with why and whence', () => {
    const one = letter(7, 3, { headers: { trace: 'abc' } })
    expect(messageOf(one)).toEqual({
      key: one.record.key,
      value: one.record.value,
      headers: { trace: 'abc', reason: 'it is no record', topic: 'playback.events', partition: '3', offset: '7' },
    })
  })

  it('are cut when they leave no room for the reason, for they would be refused for ever', () => {
    const great = { value: Buffer.alloc(1_048_000), headers: { trace: 'x'.repeat(1_000_000) } }
    for (const one of [letter(8, 1_048_000), letter(8, 0, great), letter(8, 0, { ...great, key: great.value })]) {
      expect(bytesOf([one])).toBeLessThan(BROKER_TAKES_BYTES)
      expect(messageOf(one).headers).toMatchObject({ offset: '8', cut_from_bytes: expect.stringMatching(/^\d{7}$/) })
    }
  })

  it('of none make no slice', () => {
    expect(slicesOf([])).toEqual([])
  })
})
