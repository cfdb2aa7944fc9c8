import { expect, test } from 'vitest'
import type { Holder } from '../close/frozen-month.ts'
import { contract, id, month, reckoned, streamsOf, TRACKS } from '../testing/frozen-months.ts'
import { dsrFile } from './dsr-file.ts'
import { reportsOf } from './reports-of.ts'

test('two licensors of one name each have files of their own', async () => {
  const holder = (n: number, name: string): Holder => ({
    id: id('a', n),
    name,
    kind: 'label',
    country: null,
    currency: 'EUR',
    isTaxed: true,
    partyId: null,
  })
  const frozen = month({
    holder: [holder(1, 'Foo Bar'), holder(2, 'Foo_Bar')],
    contract: [
      contract(1, 'recording', 52),
      contract(2, 'recording', 50, { licensor: id('a', 2) }),
      contract(3, 'composition', 15),
    ],
    track: TRACKS.map((isrc, n) => ({
      isrc,
      trackId: id('d', n),
      title: 'Title',
      artist: 'Artist',
      durationMs: 200_000,
      works: [],
    })),
  })
  const heard = { listener: 1, territory: 'DE', discovery: 'algorithm' } as const
  const reckonedMonth = await reckoned(frozen, streamsOf(TRACKS.map((isrc) => ({ ...heard, isrc }))))
  const names = reportsOf(reckonedMonth, id('e', 1)).map((report) => dsrFile(report).name)
  expect(names).toEqual(
    [1, 2].map((n) => `DSR_Foo-Bar-${id('a', n)}_Segue_individual_2026-10_DE_1of1_20261101T000000.tsv`),
  )
})
