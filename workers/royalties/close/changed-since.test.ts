import { describe, expect, test } from 'vitest'
import { changedSince } from './changed-since.ts'
import { type FrozenMonth, PARTS } from './frozen-month.ts'

const rate = (base: string, num: string) => ({ base, quote: 'EUR', num, den: '100', source: 'ECB', day: '2026-10-30' })
const revenue = (listener: number, micros: string) => ({ listener, territory: 'DE', tier: 'individual', micros })
const month = (change: Partial<FrozenMonth>): FrozenMonth =>
  ({ month: '2026-10', ...Object.fromEntries(PARTS.map((part) => [part, []])), ...change }) as unknown as FrozenMonth

describe('what is another since a month was closed', () => {
  test('a rate that was added changes nothing', () => {
    const [then, now] = [month({ rate: [rate('USD', '92')] }), month({ rate: [rate('USD', '92'), rate('CHF', '104')] })]
    expect(changedSince(then, now)).toEqual({ changes: [], ratesAdded: ['CHF to EUR'] })
  })

  test('a rate that is another, or gone, is told with what it was', () => {
    const then = month({ rate: [rate('USD', '92'), rate('CHF', '104')] })
    expect(changedSince(then, month({ rate: [rate('USD', '93')] })).changes).toEqual([
      'another rate (CHF to EUR is gone; USD to EUR is 93/100 from ECB and was 92/100 from ECB)',
    ])
  })

  test('of what is many some are told', () => {
    const rates = ['AUD', 'CAD', 'CHF', 'GBP', 'USD'].map((base) => rate(base, '92'))
    const [then, none] = [month({ rate: rates }), month({})]
    expect(changedSince(then, none).changes).toEqual([expect.stringMatching(/^another rate \(AUD .*; and 2 more\)$/)])
    expect(changedSince(none, none)).toEqual({ changes: [], ratesAdded: [] })
  })

  test('revenue is compared by pool: it is the same though a listener has another number', () => {
    const then = month({ revenue: [revenue(1, '5'), revenue(2, '7')] })
    expect(changedSince(then, month({ revenue: [revenue(1, '7'), revenue(2, '5')] })).changes).toEqual([])
    expect(changedSince(then, month({ revenue: [revenue(1, '5'), revenue(2, '8')] })).changes).toEqual([
      'another revenue (of DE, individual is 13 millionths of 2 listeners and was 12 millionths of 2 listeners)',
    ])
    expect(changedSince(then, month({ revenue: [] })).changes).toEqual(['another revenue (of DE, individual is gone)'])
  })
})
