import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MonthBook } from '../reckoning/month-book.ts'
import { reckon } from '../reckoning/reckon.ts'
import { DISCOVERIES, interchangeRules } from '../reckoning/rules.ts'
import { asRows } from '../testing/stream-lines.ts'
import { writeFrozen } from './frozen-file.ts'
import type { Contract, FrozenMonth, FrozenStream, Terms } from './frozen-month.ts'
import { reckonMonth } from './reckon-month.ts'

const id = (kind: string, n: number) => `019a0000-0000-7000-8000-${kind}0000000000${n}`
const HOLDERS = [id('a', 1), id('a', 2)] as const
const TRACKS = ['QMSEG2600001', 'QMSEG2600002', 'QMSEG2600003'] as const

const contract = (
  n: number,
  rights: Contract['rights'],
  revenueNum: number,
  change: Partial<Contract> = {},
): Contract => ({
  contract: id('c', n),
  version: 1,
  rights,
  from: '2026-10-01',
  until: '2026-11-01',
  isWorldwide: true,
  territories: [],
  number: `C-10${n}`,
  title: 'A contract',
  licensor: HOLDERS[0],
  currency: 'EUR',
  revenueNum,
  revenueDen: 100,
  minimumPerStream: '0',
  minimumPerSubscriber: '0',
  minimumPerMonth: '0',
  parties: [
    { holder: HOLDERS[0], role: 'label', num: 2, den: 3 },
    { holder: HOLDERS[1], role: 'artist', num: 1, den: 3 },
  ],
  ...change,
})
const terms = (rights: Terms['rights'], model: Terms['model'], change: Partial<Terms> = {}): Terms => ({
  rights,
  contractId: null,
  model,
  poolNum: 52,
  poolDen: 100,
  unheard: 'shared',
  eligibleStreams: null,
  eligibleListeners: null,
  listenerCap: 1_000,
  artistBoost: 2,
  artistBoostStreams: 1_000,
  artistBoostListeners: 500,
  discoveryBoost: 2,
  boostedDiscoveries: ['search', 'collection', 'editorial'],
  ...change,
})
const month = (change: Partial<FrozenMonth>): FrozenMonth => ({
  month: '2026-10',
  terms: [terms('recording', 'pro-rata'), terms('composition', 'pro-rata')],
  rate: [],
  holder: [],
  contract: [contract(1, 'recording', 52), contract(2, 'recording', 50), contract(3, 'composition', 15)],
  cover: [
    ...TRACKS.map((isrc, n) => ({ isrc, contract: id('c', n === 2 ? 2 : 1), version: 1 })),
    ...TRACKS.map((isrc) => ({ isrc, contract: id('c', 3), version: 1 })),
  ],
  track: [],
  advance: [],
  carried: [],
  year: [],
  pool: ['DE', 'FR'].map((territory) => ({ territory, tier: 'individual', currency: 'EUR' })),
  revenue: [],
  flagged: [],
  doubt: [],
  ...change,
})

const revenues = fc.uniqueArray(
  fc.record({
    listener: fc.integer({ min: 1, max: 6 }),
    territory: fc.constantFrom('DE', 'FR'),
    tier: fc.constant('individual'),
    micros: fc.bigInt(0n, 10n ** 8n).map(String),
  }),
  { selector: ({ listener, territory }) => `${listener} ${territory}`, maxLength: 8 },
)
const streams = fc.array(
  fc.record({
    listener: fc.integer({ min: 1, max: 7 }),
    isrc: fc.constantFrom(...TRACKS),
    territory: fc.constantFrom('DE', 'FR'),
    discovery: fc.constantFrom(...DISCOVERIES),
  }),
  { maxLength: 25 },
)
const streamsOf = (
  rows: readonly Pick<FrozenStream, 'listener' | 'isrc' | 'territory' | 'discovery'>[],
): FrozenStream[] =>
  rows.map((row, n) => ({
    ...row,
    id: id('f', n % 10),
    artist: row.isrc,
    startedAt: '2026-10-05T10:00:00.000Z',
    msPlayed: 60_000,
    tier: 'individual',
    late: undefined,
  }))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-reckon-test-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

async function reckoned(frozen: FrozenMonth, rows: readonly FrozenStream[]) {
  const path = join(folder, 'inputs.jsonl')
  await writeFrozen(path, frozen, asRows(rows))
  return await reckonMonth(path)
}

const OWN_RULES: readonly [string, readonly Terms[]][] = [
  ['one model', month({}).terms],
  ['a model a side', [terms('recording', 'user-centric'), terms('composition', 'artist-centric')]],
  [
    'a contract with a model of its own',
    [...month({}).terms, terms('recording', 'user-centric', { contractId: id('c', 2) })],
  ],
  [
    'a contract with rules of its own in the same model',
    [...month({}).terms, terms('recording', 'pro-rata', { contractId: id('c', 2), unheard: 'set-aside' })],
  ],
  [
    'money set aside',
    [
      terms('recording', 'user-centric', { unheard: 'set-aside' }),
      terms('composition', 'pro-rata', { unheard: 'set-aside' }),
    ],
  ],
]

describe.each(OWN_RULES)('by %s', (_, own) => {
  test('a side has the revenue once, the lines of a pool add to it, a line stands once', async () => {
    await fc.assert(
      fc.asyncProperty(revenues, streams, async (revenue, rows) => {
        const { runs, findings } = await reckoned(month({ terms: own, revenue }), streamsOf(rows))
        expect(findings).toEqual([])
        const all = revenue.reduce((sum, { micros }) => sum + BigInt(micros), 0n)
        const pools = runs.flatMap((run) => run.pools.map((pool) => ({ ...pool, run })))
        for (const side of ['recording', 'composition'])
          expect(
            pools.filter(({ rights }) => rights === side).reduce((sum, pool) => sum + pool.netRevenueMicros, 0n),
          ).toBe(all)
        for (const { run, rights, territory, tier, netRevenueMicros, shareNum, shareDen, amountMicros } of pools) {
          const lines = run.lines.filter(
            (line) => line.rights === rights && line.territory === territory && line.tier === tier,
          )
          expect(lines.reduce((sum, line) => sum + line.amountMicros, 0n)).toBe(amountMicros)
          expect((netRevenueMicros * shareNum) / shareDen).toBe(amountMicros)
        }
        for (const { pools: own, lines } of runs) {
          expect(new Set(own.map((one) => `${one.rights} ${one.territory} ${one.tier}`)).size).toBe(own.length)
          const keys = lines.map((one) =>
            [one.kind, one.territory, one.rights, one.isrc, one.holderId, one.contractId].join(' '),
          )
          expect(new Set(keys).size).toBe(lines.length)
        }
      }),
      { numRuns: 60 },
    )
  })
})

test('it is the computation of plain files: one contract a side, the same amounts', async () => {
  const one = [contract(1, 'recording', 52), contract(3, 'composition', 15)]
  const cover = TRACKS.flatMap((isrc) => [1, 3].map((n) => ({ isrc, contract: id('c', n), version: 1 })))
  await fc.assert(
    fc.asyncProperty(
      revenues,
      streams,
      fc.constantFrom('pro-rata' as const, 'user-centric' as const, 'artist-centric' as const),
      async (revenue, rows, model) => {
        const frozen = month({
          contract: one,
          cover,
          revenue,
          terms: [terms('recording', model), terms('composition', model)],
        })
        const { runs } = await reckoned(frozen, streamsOf(rows))
        const book = new MonthBook()
        const enter = (listener: number, territory: string, micros: string) =>
          book.addListener({
            listenerId: `${listener} ${territory}`,
            territory,
            tier: 'individual',
            currency: 'EUR',
            revenue: BigInt(micros),
          })
        for (const { listener, territory, micros } of revenue) enter(listener, territory, micros)
        for (const { listener, territory } of rows) enter(listener, territory, '0')
        for (const isrc of TRACKS)
          for (const { holder, num, den } of one[0]?.parties ?? [])
            book.addShare({ isrc, holder, share: { num: BigInt(num), den: BigInt(den) } })
        for (const { listener, territory, isrc, discovery } of rows)
          book.addStream(
            book.listener(`${listener} ${territory}`),
            book.recording(isrc),
            book.artist(isrc),
            DISCOVERIES.indexOf(discovery),
          )
        const { pools } = reckon(book.month(), interchangeRules(model, { num: 52n, den: 100n }))
        const plain = [...pools].flatMap(({ pool, recordings }) =>
          recordings.flatMap(({ isrc, holders }) =>
            holders.map(({ holder, micros }) => [pool.territory, isrc, holder, micros]),
          ),
        )
        const closed = runs
          .flatMap(({ lines }) => lines)
          .filter((line) => line.rights === 'recording' && line.isrc !== undefined)
          .map((line) => [line.territory, line.isrc, line.holderId, line.amountMicros])
        expect(closed).toEqual(plain)
      },
    ),
    { numRuns: 100 },
  )
})

test('a recording that too few heard is told, with nothing; its reason is kept', async () => {
  const rows = streamsOf([{ listener: 1, isrc: TRACKS[0], territory: 'DE', discovery: 'search' }])
  const few = { eligibleStreams: 1_000, eligibleListeners: 50 }
  const frozen = month({
    terms: [terms('recording', 'pro-rata', few), terms('composition', 'pro-rata')],
    revenue: [{ listener: 1, territory: 'DE', tier: 'individual', micros: '1000' }],
    year: [{ isrc: TRACKS[0], streams: 999, listeners: 60 }],
  })
  const { runs, reduced } = await reckoned(frozen, rows)
  const lines = runs.flatMap((run) => run.lines).filter(({ rights }) => rights === 'recording')
  expect(lines.map(({ isrc, amountMicros, streams: heard }) => [isrc, amountMicros, heard])).toEqual([
    [TRACKS[0], 0n, 1],
    [TRACKS[0], 0n, 1],
    [undefined, 520n, 0],
  ])
  expect(reduced).toMatchObject([{ isrc: TRACKS[0], rights: 'recording', reason: 'too-few-streams', streams: 1 }])
})

describe('streams that are not believed', () => {
  const heard = (listener: number, isrc: string) =>
    ({ listener, isrc, territory: 'DE', discovery: 'algorithm' }) as const
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
    const { runs, reduced } = await reckoned(frozen, rows)
    const sums = new Map<string, bigint>()
    for (const { rights, isrc = '', amountMicros } of runs.flatMap(({ lines }) => lines))
      if (rights === 'recording') sums.set(isrc, (sums.get(isrc) ?? 0n) + amountMicros)
    return { sums: Object.fromEntries(sums), reduced, runs }
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

test('the hash of the input is that of its rows, in whatever order they came', async () => {
  const frozen = month({
    revenue: [1, 2, 3].map((listener) => ({ listener, territory: 'DE', tier: 'individual', micros: '5' })),
  })
  const path = join(folder, 'hashed.jsonl')
  const first = await writeFrozen(path, frozen, asRows([]))
  const turned = { ...frozen, revenue: frozen.revenue.toReversed(), cover: frozen.cover.toReversed() }
  expect(await writeFrozen(path, turned, asRows([]))).toEqual(first)
  expect((await writeFrozen(path, { ...frozen, revenue: [] }, asRows([]))).partHashes.terms).toBe(
    first.partHashes.terms,
  )
})
