import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type MinimumTerms, topUpsOf, type VersionMonth } from './minimum.ts'
import { ONE, type Rational } from './rational.ts'

const whole = (num: bigint): Rational => ({ num, den: 1n })
const MONTH = { valid: ONE, earned: whole(1_000n), streams: 10n, allStreams: 30n, subscribers: 7n }
const NONE = { perStream: 0n, perSubscriber: 0n, perMonth: 0n }

test.each([
  ['none', NONE, {}, 0n],
  ['below what was earned', { ...NONE, perStream: 99n }, {}, 0n],
  ['just what was earned', { ...NONE, perStream: 100n }, {}, 0n],
  ['by stream', { ...NONE, perStream: 101n }, {}, 10n],
  // 7 × 1000 × 10/30 is 2333⅓, and less would be less.
  ['by subscriber', { ...NONE, perSubscriber: 1_000n }, {}, 1_334n],
  ['by month', { ...NONE, perMonth: 1_001n }, {}, 1n],
  ['by a part of a month', { ...NONE, perMonth: 3_100n }, { valid: { num: 11n, den: 31n } }, 100n],
  // Of both 1000⅓.
  [
    'just what was earned, with its part of a micro-unit',
    { ...NONE, perMonth: 3_001n },
    { valid: { num: 1n, den: 3n }, earned: { num: 3_001n, den: 3n } },
    0n,
  ],
  ['the greatest holds', { perStream: 300n, perSubscriber: 1_000n, perMonth: 2_999n }, {}, 2_000n],
  [
    'without any stream',
    { perStream: 9n, perSubscriber: 9n, perMonth: 5n },
    { earned: whole(0n), streams: 0n, allStreams: 0n },
    5n,
  ],
] as const)('%s', (_, terms, month, topUp) => {
  expect(topUpsOf([{ terms, ...MONTH, ...month }])).toEqual([topUp])
})

describe('of several versions in a month', () => {
  const days = (count: bigint) => ({ num: count, den: 31n })
  const version = (
    terms: Partial<MinimumTerms>,
    of: Rational,
    earned: bigint,
    streams = 0n,
    allStreams = 100n,
  ): VersionMonth => ({
    terms: { ...NONE, ...terms },
    valid: of,
    earned: whole(earned),
    streams,
    allStreams,
    subscribers: 7n,
  })
  const monthly = { perMonth: 1_000_000_000n }

  test.each([
    // 483.87 and 516.13 are the least.
    ['what was earned under one is earned', [900_000_000n, 100_000_000n], [0n, 0n]],
    ['what is missing goes to the one that fell short', [900_000_000n, 99_000_000n], [0n, 1_000_000n]],
    ['to those that did in proportion', [0n, 0n], [483_870_968n, 516_129_032n]],
  ] as const)('%s', (_, [first, second], topUps) => {
    expect(topUpsOf([version(monthly, days(15n), first), version(monthly, days(16n), second)])).toEqual(topUps)
  })

  test('amounts that changed are added, each for its days', () => {
    const [first, second] = [version(monthly, days(15n), 0n), version({ perMonth: 2_000_000_000n }, days(16n), 0n)]
    expect(topUpsOf([first, second])).toEqual([483_870_968n, 1_032_258_065n])
  })

  test('other kinds of minimums do not take the place of those before: what each promised is added', () => {
    const first = version({ perMonth: 3_100n }, days(10n), 0n)
    const second = version({ perStream: 10n }, days(21n), 600n, 60n)
    expect(topUpsOf([first, second])).toEqual([1_000n, 0n])
  })

  test('whatever a version is cut into, as much is paid if each says the same', () => {
    const amount = fc.bigInt(0n, 5_000n)
    const parts = fc.array(fc.record({ days: fc.bigInt(1n, 9n), earned: amount, streams: fc.bigInt(0n, 40n) }), {
      minLength: 1,
      maxLength: 5,
    })
    const cut = fc.record({
      terms: fc.record({ perStream: fc.bigInt(0n, 60n), perSubscriber: amount, perMonth: amount }),
      parts,
      others: fc.bigInt(0n, 50n),
    })
    fc.assert(
      fc.property(cut, ({ terms, parts, others }) => {
        const sum = (key: 'days' | 'earned' | 'streams') => parts.reduce((all, one) => all + one[key], 0n)
        const all = sum('streams') + others
        const of = (count: bigint) => ({ num: count, den: sum('days') })
        const [one] = topUpsOf([version(terms, of(sum('days')), sum('earned'), sum('streams'), all)])
        const several = topUpsOf(parts.map((part) => version(terms, of(part.days), part.earned, part.streams, all)))
        expect(several.reduce((paid, topUp) => paid + topUp, 0n)).toBe(one)
      }),
    )
  })
})
