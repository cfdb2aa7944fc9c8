import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MonthBook } from '../reckoning/month-book.ts'
import { reckon } from '../reckoning/reckon.ts'
import { DISCOVERIES, interchangeRules } from '../reckoning/rules.ts'
import { contract, id, month, reckoned, streamsOf, TRACKS, terms } from '../testing/frozen-months.ts'
import { asRows } from '../testing/stream-lines.ts'
import { writeFrozen } from './frozen-file.ts'
import type { Terms } from './frozen-month.ts'

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
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-reckon-test-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

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
