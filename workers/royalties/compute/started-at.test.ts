import fc from 'fast-check'
import { expect, test } from 'vitest'
import { monthNumber, monthOfTime } from './started-at.ts'

/** As it stands in a file: with something before and after it. */
function monthOf(text: string): number {
  const bytes = Buffer.from(`9Z,${text},Z9`)
  return monthOfTime(bytes, 3, bytes.length - 3)
}

test('every time has the month that it is written with', () => {
  const time = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(time, (date) => {
      const text = date.toISOString()
      for (const written of [text, text.replace('Z', '+00:00'), text.toLowerCase(), text.replace(/\.\d+/, '')])
        expect(monthOf(written)).toBe(monthNumber(text.slice(0, 7)))
    }),
    { numRuns: 1_000 },
  )
})

test.each([
  '2024-02-29T00:00:00Z',
  '2000-02-29T00:00:00Z',
  '2026-10-31T23:59:60Z',
  '2026-10-31T23:59:60.5-00:00',
  '2026-10-01T00:00:00.123456789012345678901234567890Z',
])('%s is a time', (text) => {
  expect(monthOf(text)).toBe(monthNumber(text.slice(0, 7)))
})

test.each([
  '',
  '2026-10-01',
  '2026-10-01T00:00:00',
  '2026-10-01 00:00:00Z',
  '2026-10-01T00:00Z',
  '2026-10-01T00:00:00.Z',
  '2026-10-01T00:00:00,5Z',
  '2026-10-01T00:00:00ZZ',
  '2026-10-01T00:00:00+01:00',
  '2026-10-01T00:00:00+00:30',
  '2026-10-01T00:00:00+0000',
  '2026-10-01T00:00:00+00',
  '2026-10-01T24:00:00Z',
  '2026-10-01T00:60:00Z',
  '2026-10-01T00:00:61Z',
  '2026-10-01T23:59:60Z',
  '2026-10-31T22:59:60Z',
  '2026-00-01T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-10-00T00:00:00Z',
  '2026-11-31T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '26-10-01T00:00:00.000Z',
  '+2026-10-01T00:00:00Z',
  '2026/10/01T00:00:00Z',
  '2026-1a-01T00:00:00Z',
  '1790812800',
])('%j is none', (text) => {
  expect(monthOf(text)).toBe(-1)
})
