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
    const listeners = [1, 2, 3, 4, 5]
    const then = month({ revenue: listeners.map((n) => revenue(n, '5')) })
    const now = month({ revenue: [6, ...listeners.slice(1)].map((n) => revenue(n, n === 2 ? '7' : '5')) })
    expect(changedSince(then, now).changes).toEqual([
      'another revenue (of listener 1 in DE, individual is gone; of listener 2 in DE, individual is 7 millionths and was 5 millionths; of listener 6 in DE, individual is new)',
    ])
    const none = month({ revenue: [] })
    expect(changedSince(then, none).changes).toEqual([expect.stringContaining('; and 2 more)')])
    expect(changedSince(none, none)).toEqual({ changes: [], ratesAdded: [] })
  })
})
