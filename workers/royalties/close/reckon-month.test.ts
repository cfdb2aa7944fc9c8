import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MODEL_NAMES } from '../reckoning/models/models.ts'
import { DISCOVERIES } from '../reckoning/rules.ts'
import { contract, id, month, reckoned, streamsOf, TRACKS, terms } from '../testing/frozen-months.ts'
import type { MonthRows } from '../testing/month-rows.ts'
import { slowRoyalties } from '../testing/slow-royalties.ts'
import { asRows } from '../testing/stream-lines.ts'
import { writeFrozen } from './frozen-file.ts'
import type { FrozenStream, Party, Revenue, Terms } from './frozen-month.ts'

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

test('it is what the slow implementation says: one contract a side, whoever listens in several places is one', async () => {
  const one = [contract(1, 'recording', 52), contract(3, 'composition', 15)]
  const cover = TRACKS.flatMap((isrc) => [1, 3].map((n) => ({ isrc, contract: id('c', n), version: 1 })))
  /** Small enough for small months to reach them. */
  const bounds = fc.record({
    cap: fc.integer({ min: 1, max: 5 }),
    boostStreams: fc.integer({ min: 2, max: 6 }),
    boostListeners: fc.integer({ min: 2, max: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(revenues, streams, fc.constantFrom(...MODEL_NAMES), bounds, async (revenue, rows, model, few) => {
      const rules = {
        listenerCap: few.cap,
        artistBoostStreams: few.boostStreams,
        artistBoostListeners: few.boostListeners,
      }
      const own = [terms('recording', model, rules), terms('composition', model, rules)]
      const { runs } = await reckoned(month({ contract: one, cover, revenue, terms: own }), streamsOf(rows))
      const closed = runs
        .flatMap(({ lines }) => lines)
        .filter((line) => line.rights === 'recording')
        .map(({ territory, tier, currency, isrc = 'UNALLOCATED', holderId = 'UNALLOCATED', amountMicros }) =>
          [territory, tier, currency, isrc, holderId, amountMicros].join(','),
        )
      const slow = slowRoyalties(plainRows(revenue, rows, one[0]?.parties ?? []), {
        month: '2026-10',
        model,
        poolShare: { n: 52n, d: 100n },
        ...few,
      })
      expect(closed).toEqual(slow)
    }),
    { numRuns: 300 },
  )
})

/** The same month as its three files have it, but for listeners of several places. */
function plainRows(
  revenue: readonly Revenue[],
  rows: readonly Pick<FrozenStream, 'listener' | 'isrc' | 'territory' | 'discovery'>[],
  parties: readonly Party[],
): MonthRows {
  const paid = new Map(rows.map(({ listener, territory }) => [`${listener} ${territory}`, 0n]))
  for (const { listener, territory, micros } of revenue) paid.set(`${listener} ${territory}`, BigInt(micros))
  return {
    listeners: [...paid].map(([key, net_revenue_micros]) => {
      const [listener_id = '', territory = ''] = key.split(' ')
      return { listener_id, territory, tier: 'individual', currency: 'EUR', net_revenue_micros }
    }),
    splits: TRACKS.flatMap((isrc) =>
      parties.map(({ holder, num, den }) => ({
        isrc,
        holder_id: holder,
        share_num: BigInt(num),
        share_den: BigInt(den),
      })),
    ),
    streams: rows.map(({ listener, isrc, territory, discovery }, n) => ({
      stream_id: String(n),
      listener_id: String(listener),
      isrc,
      artist_id: isrc,
      started_at: '2026-10-05T10:00:00Z',
      ms_played: 60_000,
      territory,
      tier: 'individual',
      discovery,
    })),
  }
}

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
