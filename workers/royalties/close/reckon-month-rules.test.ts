import { describe, expect, test } from 'vitest'
import { contract, id, month, reckoned, streamsOf, TRACKS, terms } from '../testing/frozen-months.ts'
import type { FrozenMonth } from './frozen-month.ts'
import type { ReckonedMonth } from './reckon-month.ts'

const heard = (listener: number, isrc: string, territory = 'DE') =>
  ({ listener, isrc, territory, discovery: 'algorithm' }) as const
const sumsOf = ({ runs }: ReckonedMonth) => {
  const sums = new Map<string, bigint>()
  for (const { rights, isrc = '', amountMicros } of runs.flatMap(({ lines }) => lines))
    if (rights === 'recording') sums.set(isrc, (sums.get(isrc) ?? 0n) + amountMicros)
  return Object.fromEntries(sums)
}

describe('streams that are not believed', () => {
  const rows = streamsOf([heard(1, TRACKS[0]), heard(1, TRACKS[0]), heard(2, TRACKS[1]), heard(2, TRACKS[1])])
  const doubtful = (change: Partial<FrozenMonth>) =>
    month({
      revenue: [{ listener: 1, territory: 'DE', tier: 'individual', micros: '3000' }],
      doubt: [{ reason: 'looped', listener: 1, isrc: TRACKS[0], day: '2026-10-05', amount: 21 }],
      ...change,
    })
  const looped = (num: number, den: number, limit = 20) => ({
    credibility: [{ reason: 'looped' as const, limit, num, den }],
  })
  const recordings = async (frozen: FrozenMonth) => {
    const month = await reckoned(frozen, rows)
    return { sums: sumsOf(month), reduced: month.reduced, runs: month.runs }
  }

  test('weigh what the terms of their rights say, and the reason is kept; their number stays', async () => {
    const own = [terms('recording', 'pro-rata', looped(1, 2)), terms('composition', 'pro-rata')]
    const { sums, reduced, runs } = await recordings(doubtful({ terms: own }))
    // 1 to 2 of 1,560.
    expect(sums).toEqual({ [TRACKS[0]]: 520n, [TRACKS[1]]: 1_040n })
    expect(reduced).toEqual([
      { isrc: TRACKS[0], rights: 'recording', reason: 'looped', weight: { num: 1n, den: 2n }, streams: 2 },
    ])
    expect(runs[0]?.pools.filter(({ territory }) => territory === 'DE').map(({ streams: count }) => count)).toEqual([
      4, 4,
    ])
    expect(runs[0]?.rules).toMatchObject({
      classes: expect.arrayContaining([
        expect.objectContaining({
          rights: 'recording',
          rules: expect.objectContaining({
            credibility: [{ reason: 'looped', limit: 20, weight: { num: 1n, den: 2n } }],
          }),
        }),
      ]),
    })
  })

  test.each([
    ['the terms ask nothing', {}],
    ['they believe as much', looped(0, 1, 21)],
    ['nothing is taken away', looped(1, 1)],
  ])('weigh as others where %s', async (_, change) => {
    const own = [terms('recording', 'pro-rata', change), terms('composition', 'pro-rata')]
    expect((await recordings(doubtful({ terms: own }))).sums).toEqual({ [TRACKS[0]]: 780n, [TRACKS[1]]: 780n })
  })

  test('what the books keep and do not pay is told with its flags, on both sides', async () => {
    const flagged = [
      { isrc: TRACKS[0], flags: ['claim-exceeds-elapsed', 'claim-exceeds-granted'] as const, streams: 3 },
    ]
    const { reduced, sums } = await recordings(doubtful({ flagged }))
    expect(sums).toEqual({ [TRACKS[0]]: 780n, [TRACKS[1]]: 780n })
    const nothing = { num: 0n, den: 1n }
    const reason = 'claim-exceeds-elapsed and claim-exceeds-granted'
    expect(reduced).toEqual([
      { isrc: TRACKS[0], rights: 'recording', reason, weight: nothing, streams: 3 },
      { isrc: TRACKS[0], rights: 'composition', reason, weight: nothing, streams: 3 },
    ])
  })
})

test('minimum-without-track: a minimum by month of a contract about no track is refused by name', async () => {
  const lonely = contract(4, 'recording', 50, { minimumPerMonth: '5000000' })
  const { contract: all, cover } = month({})
  const { findings } = await reckoned(month({ contract: [...all, lonely] }), [])
  expect(findings).toEqual([
    { name: 'minimum-without-track', what: 'contract C-104 is paid a minimum, and is about no track' },
  ])
  const about = [...cover, { isrc: TRACKS[0], contract: id('c', 4), version: 1 }]
  const { runs, findings: none } = await reckoned(month({ contract: [...all, lonely], cover: about }), [])
  expect(none).toEqual([])
  expect(runs.flatMap(({ lines }) => lines).map(({ kind, amountMicros }) => [kind, amountMicros])).toEqual([
    ['minimum', 3_333_333n],
    ['minimum', 1_666_667n],
  ])
})

describe('artist-centric: whoever listens in several places is one', () => {
  const many = (count: number, ...row: Parameters<typeof heard>) => Array.from({ length: count }, () => heard(...row))
  const paidInGermany = (change: Partial<FrozenMonth['terms'][number]>) =>
    month({
      terms: [terms('recording', 'artist-centric', change), terms('composition', 'pro-rata')],
      revenue: [{ listener: 9, territory: 'DE', tier: 'individual', micros: '3000' }],
    })

  test('his streams are counted together for the cap', async () => {
    const rows = [...many(30, 1, TRACKS[0]), ...many(30, 1, TRACKS[0], 'FR'), ...many(10, 2, TRACKS[1])]
    // 30 × 10/60 to 10, of 1,560.
    expect(sumsOf(await reckoned(paidInGermany({ listenerCap: 10 }), streamsOf(rows)))).toMatchObject({
      [TRACKS[0]]: 520n,
      [TRACKS[1]]: 1_040n,
    })
  })

  test.each([
    [2, 1_040n],
    [3, 780n],
  ])('an audience of two in two countries is boosted by a rule of %d listeners or not', async (listeners, micros) => {
    const fans = [1, 2].flatMap((listener) => [heard(listener, TRACKS[0]), heard(listener, TRACKS[0], 'FR')])
    const rows = streamsOf([...fans, ...many(2, 3, TRACKS[1])])
    const rule = paidInGermany({ artistBoostStreams: 4, artistBoostListeners: listeners })
    expect(sumsOf(await reckoned(rule, rows))).toMatchObject({ [TRACKS[0]]: micros })
  })
})

describe('a monthly minimum', () => {
  const least = { minimumPerMonth: '1000000000' }
  const [first, second] = [
    contract(1, 'recording', 100, { ...least, until: '2026-10-16' }),
    contract(1, 'recording', 100, { ...least, version: 2, from: '2026-10-16' }),
  ]
  const changed = (micros: string, change: Partial<FrozenMonth>) =>
    month({
      contract: [first, second, contract(3, 'composition', 15)],
      cover: TRACKS.flatMap((isrc) => [
        { isrc, contract: id('c', 1), version: 1 },
        { isrc, contract: id('c', 1), version: 2 },
        { isrc, contract: id('c', 3), version: 1 },
      ]),
      revenue: [{ listener: 1, territory: 'DE', tier: 'individual', micros }],
      ...change,
    })
  // Nine under the first version, one under the second.
  const rows = streamsOf(Array.from({ length: 10 }, () => heard(1, TRACKS[0]))).map((row, n) =>
    n === 9 ? { ...row, startedAt: '2026-10-20T10:00:00.000Z' } : row,
  )
  const minimums = ({ runs, findings }: ReckonedMonth) => {
    expect(findings).toEqual([])
    return runs
      .flatMap(({ lines }) => lines)
      .filter(({ kind }) => kind === 'minimum')
      .map(({ contractVersion, amountMicros }) => [contractVersion, amountMicros])
  }

  test('that was earned is not paid again because the contract has a new version', async () => {
    expect(minimums(await reckoned(changed('1000000000', {}), rows))).toEqual([])
  })

  test('is paid up to, under the version that fell short', async () => {
    expect(minimums(await reckoned(changed('999999997', {}), rows))).toEqual([
      [2, 2n],
      [2, 1n],
    ])
  })

  test('that was agreed in two currencies is two', async () => {
    const franc = { ...second, currency: 'CHF' }
    const inFrancs = changed('1000000000', {
      contract: [first, franc, contract(3, 'composition', 15)],
      rate: [{ base: 'EUR', quote: 'CHF', num: '1', den: '1', source: 'made up', day: '2026-10-31' }],
    })
    // 516,129,032.26 less 100,000,000.
    expect(minimums(await reckoned(inFrancs, rows))).toEqual([
      [2, 277_419_355n],
      [2, 138_709_678n],
    ])
  })

  test('no-terms: of a contract that no terms are about is refused by name, were nothing of it heard', async () => {
    const own = [terms('recording', 'pro-rata', { contractId: id('c', 2) }), terms('composition', 'pro-rata')]
    const { contract: all, cover } = month({})
    const silent = contract(1, 'recording', 52, { minimumPerMonth: '5000000' })
    const frozen = month({ terms: own, contract: [silent, ...all.slice(1)], cover })
    expect((await reckoned(frozen, streamsOf([heard(1, TRACKS[2])]))).findings).toEqual([
      { name: 'no-terms', what: 'no terms say how recordings are reckoned, and contract C-101 is paid a minimum' },
    ])
  })
})
