/** Owns a month of three tracks and contracts as it is frozen, for tests of its reckoning without any server. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFrozen } from '../close/frozen-file.ts'
import type { Contract, FrozenMonth, FrozenStream, Terms } from '../close/frozen-month.ts'
import { type ReckonedMonth, reckonMonth } from '../close/reckon-month.ts'
import { asRows } from './stream-lines.ts'

export const id = (kind: string, n: number) => `019a0000-0000-7000-8000-${kind}0000000000${n}`
const HOLDERS = [id('a', 1), id('a', 2)] as const
export const TRACKS = ['QMSEG2600001', 'QMSEG2600002', 'QMSEG2600003'] as const

export const contract = (
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
export const terms = (rights: Terms['rights'], model: Terms['model'], change: Partial<Terms> = {}): Terms => ({
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
export const month = (change: Partial<FrozenMonth>): FrozenMonth => ({
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

export const streamsOf = (
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

export async function reckoned(frozen: FrozenMonth, rows: readonly FrozenStream[]): Promise<ReckonedMonth> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-reckon-test-'))
  try {
    const path = join(folder, 'inputs.jsonl')
    await writeFrozen(path, frozen, asRows(rows))
    return await reckonMonth(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}
