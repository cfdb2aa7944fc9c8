import { describe, expect, test } from 'vitest'
import { dsrTotals } from '../cross-check/dsr-totals.ts'
import { type Cell, RECORDS } from '../testing/basic-audio-profile.ts'
import { dsrProblems } from '../testing/dsr-validator.ts'
import { dsrFile, type Report, type ReportedContract, recipientParts } from './dsr-file.ts'

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
  pool: { currency: 'EUR', netRevenueMicros: 30_000_000n, listeners: 3, streams: 160 },
  allocatedMicros: 15_600_001n,
  minimumMicros: 0n,
  subscribers: 2,
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
  recipientPart: 'Harbour-Light-Records',
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

  test('is named by the party of its recipient, and where he has none by his name as the header has it', () => {
    expect(text.split('\n')[0]?.split('\t').slice(13, 15)).toEqual(['', 'Harbour-Light-Records'])
    const recipient = { ...report.recipient, partyId: 'PADPIDA2026100001L' }
    const known = dsrFile({ ...report, recipient, recipientPart: recipientParts([recipient]).get(recipient.id) ?? '' })
    expect(known.name).toContain('DSR_PADPIDA2026100001L_Segue_')
    expect(known.bytes.toString()).toContain('\tPADPIDA2026100001L\tHarbour Light_Records\t')
    expect(dsrProblems(known.name, known.bytes.toString())).toEqual([])
  })

  test('of two recipients whose names become one each has his id in the name of his file, whoever comes first', () => {
    const named = (id: string, name: string, partyId: string | null = null) => ({
      ...report.recipient,
      id,
      name,
      partyId,
    })
    const all = [
      named('019a0000-1', 'Foo Bar'),
      named('019a0000-2', 'Foo_Bar'),
      named('019a0000-3', 'Foo/Bar'),
      named('019a0000-4', 'Foo Bar', 'PADPIDA2026100001L'),
      named('019a0000-5', 'Other'),
      named('019a0000-5', 'Other'),
    ]
    const parts = recipientParts(all)
    expect(Object.fromEntries(parts)).toEqual({
      '019a0000-1': 'Foo-Bar-019a0000-1',
      '019a0000-2': 'Foo-Bar-019a0000-2',
      '019a0000-3': 'Foo-Bar-019a0000-3',
      '019a0000-4': 'PADPIDA2026100001L',
      '019a0000-5': 'Other',
    })
    expect(new Map([...recipientParts(all.toReversed())].sort())).toEqual(new Map([...parts].sort()))
    const files = all
      .slice(0, 3)
      .map((recipient) => dsrFile({ ...report, recipient, recipientPart: parts.get(recipient.id) ?? '' }))
    expect(new Set(files.map((file) => file.name)).size).toBe(3)
    for (const file of files) expect(dsrProblems(file.name, file.bytes.toString())).toEqual([])
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

describe('a sales report with minimums', () => {
  const [works, recordings] = report.contracts as [ReportedContract, ReportedContract]
  const minimum = { ...works.contract, minimumPerSubscriber: '450000', currency: 'USD' }
  const { name, bytes } = dsrFile({
    ...report,
    contracts: [recordings, { ...works, contract: minimum, minimumMicros: 1_234_567n }],
  })
  const text = bytes.toString()
  const lines = text.split('\n').slice(0, -1)

  test('says who is counted for them, and what they add, in the currency of the contract', () => {
    expect(dsrProblems(name, text)).toEqual([])
    const told = (type: string) => lines.filter((line) => line.startsWith(type)).map((line) => line.split('\t'))
    expect(told('SY04.01')).toEqual([
      [
        'SY04.01',
        '3',
        '',
        '',
        'SubscriptionModel',
        'OnDemandStream',
        'DE',
        'individual',
        'individual',
        '2',
        '',
        '',
        '',
        '',
      ].concat(['EUR', '', '', '15.000000', '30.000000', '100']),
    ])
    expect(told('SY05.02')).toEqual([
      [
        'SY05.02',
        '4',
        '',
        '',
        'SubscriptionModel',
        'OnDemandStream',
        'DE',
        'individual',
        '',
        '',
        'PerformingRight',
      ].concat(['160', '100', '', '', '1.234567', '', 'USD', '', '', '', '', '', 'L-102', '']),
    ])
    expect(dsrTotals(text).summaries.at(-1)).toMatchObject({ kind: 'minimum', contract: 'L-102', micros: 1_234_567n })
  })

  test('does not count who only hears advertisements', () => {
    const free = dsrFile({ ...report, tier: 'free', contracts: [{ ...works, contract: minimum }] })
    expect(free.bytes.toString()).not.toContain('SY04.01')
  })

  // The table of the profile against the files: every cell that must be there, and every one that has a set of values.
  const cells = Object.entries(RECORDS).flatMap(([type, all]) =>
    (all as readonly Cell[]).map((cell, place) => ({ type, place, ...cell })),
  )
  const changed = (type: string, place: number, value: string | undefined): string => {
    const at = lines.findIndex((line) => line.split('\t')[0] === type)
    const row = lines[at]?.split('\t') ?? []
    row.splice(place, 1, ...(value === undefined ? [] : [value]))
    return [...lines.slice(0, at), row.join('\t'), ...lines.slice(at + 1), ''].join('\n')
  }

  test('has each record that the table has', () => {
    expect([...new Set(lines.map((line) => line.split('\t')[0]))].sort()).toEqual(Object.keys(RECORDS).sort())
  })

  test.each(cells.filter(({ must }) => must))('must have $name of $type', ({ type, place, name: what }) => {
    const problems = dsrProblems(name, changed(type, place, '')).join('\n')
    expect(problems).toContain(place === 0 ? 'there is no record' : `${what} is ""`)
  })

  test.each(cells.filter(({ isOneOf }) => isOneOf))(
    'has in $name of $type what is allowed',
    ({ type, place, name: what }) => {
      const problems = dsrProblems(name, changed(type, place, 'Zz-Not-A-Value')).join('\n')
      expect(problems).toContain(place === 0 ? 'there is no record' : `${what} is "Zz-Not-A-Value"`)
    },
  )

  test.each(Object.keys(RECORDS))('has in %s as many cells as the table', (type) => {
    expect(dsrProblems(name, changed(type, 2, undefined)).join('\n')).toContain('cells, not')
  })
})
