import { describe, expect, test } from 'vitest'
import { dsrTotals } from '../cross-check/dsr-totals.ts'
import { dsrProblems } from '../testing/dsr-validator.ts'
import { dsrFile, type Report, type ReportedContract } from './dsr-file.ts'

const track = (n: number) => ({
  isrc: n === 3 ? 'XXSEG2600001' : `QMSEG260000${n}`,
  trackId: `019a0000-0000-7000-8000-d0000000000${n}`,
  title: ['Flood | Ebb', 'Low\tWater', '満潮', 'Back\\slash'][n % 4] ?? '',
  artist: 'Río Náutico',
  durationMs: 205_500,
  works: [{ title: 'Work', iswc: n === 1 ? 'T0345246801' : null }],
})
const contract = (n: number, rights: 'recording' | 'composition'): ReportedContract => ({
  contract: {
    contract: `019a0000-0000-7000-8000-c0000000000${n}`,
    version: 1,
    rights,
    from: '2026-10-01',
    until: '2026-11-01',
    isWorldwide: true,
    territories: [],
    number: `L-10${n}`,
    title: 'Recordings',
    licensor: 'licensor',
    currency: 'EUR',
    revenueNum: 52,
    revenueDen: 100,
    minimumPerStream: '0',
    minimumPerSubscriber: '0',
    minimumPerMonth: '0',
    parties: [],
  },
  pool: { currency: 'EUR', netRevenueMicros: 30_000_000n, listeners: 3 },
  allocatedMicros: 15_600_001n,
  tracks: [1, 2, 3, 4].slice(0, n + 2).map((one) => ({ track: track(one), streams: 10 * one })),
})
const report: Report = {
  month: '2026-10',
  closeId: '019a0000-0000-8000-8000-000000000001',
  recipient: {
    id: 'licensor',
    name: 'Harbour Light_Records',
    kind: 'label',
    country: 'DE',
    currency: 'EUR',
    isTaxed: true,
    partyId: null,
  },
  territory: 'DE',
  tier: 'individual',
  contracts: [contract(2, 'composition'), contract(1, 'recording')],
}

describe('a sales report', () => {
  const { name, bytes } = dsrFile(report)
  const text = bytes.toString()

  test('is as the profile has it, by a second reading of it', () => {
    expect(dsrProblems(name, text)).toEqual([])
    expect(name).toBe('DSR_Harbour-Light-Records_Segue_individual_2026-10_DE_1of1_20261101T000000.tsv')
  })

  test('counts each line, the header and the footer too', () => {
    const lines = text.split('\n').length - 1
    expect(text.trimEnd().split('\n').at(-1)).toBe(`FOOT\t${lines}\t${lines}\t2\t4\t4`)
  })

  test('says what its contracts had, and does not let codes of our own out', () => {
    const { summaries, tracks } = dsrTotals(text)
    expect(summaries.map(({ contract: number, streams, micros }) => [number, streams, micros])).toEqual([
      ['L-101', 60, 15_600_001n],
      ['L-102', 100, 15_600_001n],
    ])
    expect(tracks.reduce((sum, { streams }) => sum + streams, 0)).toBe(160)
    expect(text).not.toContain('XXSEG')
    expect(text).toContain('PT3M25.5S')
  })

  test.each<[what: string, from: string | RegExp, to: string]>([
    ['footer counts', 'FOOT\t', 'FOOT\t1'],
    ['CurrencyOfReporting', '\tEUR\t', '\teuro\t'],
    ['has 9 cells', /^(SU02.*)\t$/m, '$1'],
    ['no record', 'AS02.02', 'AS01.01'],
    ['usages that no sale has', '\t60\t3\tEUR', '\t61\t3\tEUR'],
    ['records come as', /^HEAD.*\n/, ''],
    ['Title', /Flood[^\t]*/, ''],
  ])('is found wrong by that reading when it is: %s', (what, from, to) => {
    expect(dsrProblems(name, text.replace(from, to)).join('\n')).toContain(what)
  })
})
