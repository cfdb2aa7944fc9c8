import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { id, month, reckoned, streamsOf, TRACKS, terms } from '../testing/frozen-months.ts'
import type { Terms } from './frozen-month.ts'

const looped = (num: number, den: number): Partial<Terms> => ({
  credibility: [{ reason: 'looped', limit: 5, num, den }],
})
/** Of the third track's contract. It says the same in the pro-rata model, which knows no boost, and is another set of rules. */
const own = (change: Partial<Terms>) =>
  terms('recording', 'pro-rata', { contractId: id('c', 2), artistBoost: 3, ...change })
const WORKS = terms('composition', 'pro-rata')
const LOOP = { reason: 'looped', listener: 2, isrc: TRACKS[2], day: '2026-10-05', amount: 10 } as const

async function sums(recordings: readonly Terms[], streams: Parameters<typeof streamsOf>[0], revenue = '100000000') {
  const frozen = month({
    terms: [...recordings, WORKS],
    revenue: [{ listener: 1, territory: 'DE', tier: 'individual', micros: revenue }],
    doubt: [LOOP],
    year: [
      { isrc: TRACKS[0], streams: 1_000, listeners: 50 },
      { isrc: TRACKS[1], streams: 1_000, listeners: 50 },
    ],
  })
  const { runs, findings } = await reckoned(frozen, streamsOf(streams))
  expect(findings).toEqual([])
  const sum = (isrc: string | undefined) =>
    runs
      .flatMap(({ lines }) => lines)
      .filter((line) => line.rights === 'recording' && line.isrc === isrc && line.territory === 'DE')
      .reduce((all, { amountMicros }) => all + amountMicros, 0n)
  return [...TRACKS, undefined].map(sum)
}

const heard = (listener: number, isrc: string, territory = 'DE') =>
  ({ listener, isrc, territory, discovery: 'algorithm' }) as const
const many = (count: number, ...row: Parameters<typeof heard>) => Array.from({ length: count }, () => heard(...row))
const TEN_EACH = [...many(10, 1, TRACKS[0]), ...many(10, 2, TRACKS[2])]

describe('where two sets of rules share a pool', () => {
  test.each([
    ['streams that weigh nothing take no money', looped(0, 1), [52_000_000n, 0n, 0n, 0n]],
    // Two to one: 52 % of 66,666,667 and 50 % of the rest.
    ['streams that weigh less take less', looped(1, 2), [34_666_666n, 0n, 16_666_666n, 0n]],
    ['streams that are believed take as much', looped(1, 1), [26_000_000n, 0n, 25_000_000n, 0n]],
    [
      'nor do those of recordings that too few heard',
      { eligibleStreams: 1_000, eligibleListeners: 50 },
      [52_000_000n, 0n, 0n, 0n],
    ],
  ] as const)('%s', async (_, change, amounts) => {
    expect(await sums([terms('recording', 'pro-rata'), own(change)], TEN_EACH)).toEqual(amounts)
  })

  test('each set of rules believes what it believes', async () => {
    const doubting = [terms('recording', 'pro-rata', looped(0, 1)), own({})]
    expect(await sums(doubting, TEN_EACH)).toEqual([26_000_000n, 0n, 25_000_000n, 0n])
  })

  test('where nothing weighs anything the money is unallocated, by the rules of most', async () => {
    const rules = [terms('recording', 'pro-rata'), own(looped(0, 1))]
    expect(await sums(rules, many(10, 2, TRACKS[2]))).toEqual([0n, 0n, 0n, 52_000_000n])
  })

  test('it is divided as by one that says the same, but for what is rounded', async () => {
    const plays = fc.array(
      fc.record({
        listener: fc.integer({ min: 1, max: 3 }),
        isrc: fc.constantFrom(...TRACKS),
        territory: fc.constantFrom('DE', 'FR'),
        discovery: fc.constant('algorithm' as const),
      }),
      { maxLength: 30 },
    )
    const rules = fc.constantFrom(
      looped(0, 1),
      looped(1, 3),
      looped(2, 7),
      { eligibleStreams: 1_000, eligibleListeners: 50 },
      { ...looped(1, 2), eligibleStreams: 1, eligibleListeners: 1 },
    )
    await fc.assert(
      fc.asyncProperty(plays, rules, async (streams, change) => {
        const one = await sums([terms('recording', 'pro-rata', change)], streams)
        const two = await sums([terms('recording', 'pro-rata', change), own(change)], streams)
        one.forEach((micros, index) => {
          expect(Math.abs(Number(micros - (two[index] as bigint)))).toBeLessThan(4)
        })
      }),
      { numRuns: 100 },
    )
  })
})
