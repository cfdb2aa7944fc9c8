/**
 * Owns a sales report of DDEX as a flat file: Basic Audio profile, version 1.2, one sales context a file. Written from the
 * schema of the profile; cells that may be empty and that we know nothing for are empty.
 */

import { derivedId } from '../../../infra/runtime/derived-id.ts'
import type { Contract, Holder, Track } from '../close/frozen-month.ts'
import { grouped } from '../close/grouped.ts'
import { monthSpan } from '../close/month-span.ts'
import { byBytes } from '../reckoning/byte-order.ts'
import { microText } from '../statements/amount-text.ts'
import { type Cells, cell, line } from './dsr-line.ts'
import { minimumSummaries } from './minimum-summaries.ts'
import { contextOf, RIGHTS_TYPE, type SalesContext } from './sales-context.ts'

/** What a contract's tracks had of a pool. */
export interface ReportedContract {
  readonly contract: Contract
  readonly pool: {
    readonly currency: string
    readonly netRevenueMicros: bigint
    readonly listeners: number
    readonly streams: number
  }
  readonly allocatedMicros: bigint
  /** What its minimum adds to that, in the currency of the contract. */
  readonly minimumMicros: bigint
  /** Who paid for the tier there. */
  readonly subscribers: number
  readonly tracks: readonly { readonly track: Track; readonly streams: number }[]
}

export interface Report {
  readonly month: string
  readonly closeId: string
  readonly recipient: Holder
  /** As file names have him: see `recipientParts`. */
  readonly recipientPart: string
  readonly territory: string
  readonly tier: string
  readonly contracts: readonly ReportedContract[]
}

export interface DsrFile {
  readonly name: string
  readonly bytes: Buffer
}

/** Made up, like all parties of the demo: who sends reports has one of his own. */
export const SENDER = { partyId: 'PADPIDA2026090001S', name: 'Segue' } as const

/** The versions of the architecture (part 1), of the allowed values (part 2) and of the records (part 8) that it takes to read the file. */
const MESSAGE_VERSION = 'dsrf/1.2/1.2/1.2'
const PROFILE = { name: 'BasicAudioProfile', version: '1.2' } as const
const LOCAL_COUNTRY = 'XX'

export function dsrFile(report: Report): DsrFile {
  const { month, closeId, recipient, recipientPart, territory, tier, contracts } = report
  const { firstDay, endMs } = monthSpan(month)
  const createdAt = new Date(endMs).toISOString().slice(0, 19)
  const sorted = [...contracts].sort(
    (a, b) => byBytes(a.contract.contract, b.contract.contract) || a.contract.version - b.contract.version,
  )
  const head: Cells = [
    'HEAD',
    MESSAGE_VERSION,
    PROFILE.name,
    PROFILE.version,
    derivedId('ddex-message', [closeId, recipient.id, territory, tier].join('\n')),
    // The first second after the month, not that of the run: the same input gives the same bytes.
    `${createdAt}Z`,
    1,
    1,
    firstDay,
    new Date(endMs - 1).toISOString().slice(0, 10),
    SENDER.partyId,
    SENDER.name,
    tier,
    recipient.partyId ?? '',
    // The name of the file has one of the two cells, as it stands.
    cell(recipient.partyId === null ? recipientPart : recipient.name),
    '',
  ]
  const context = contextOf(territory, tier)
  const sales = sorted.map((one, index) => summary(one, index + 1, context))
  const summaries = [...sales, ...minimumSummaries(sorted, sales.length + 1, context)]
  const blocks = blocksOf(sorted)
  const body = [head, ...summaries, ...blocks.flat()]
  const lines = body.length + 1
  const foot: Cells = ['FOOT', lines, lines, summaries.length, blocks.length, blocks.length]
  return { name: nameOf(report, createdAt), bytes: Buffer.from([...body, foot].map(line).join('')) }
}

/** Recipient before sender, as the standard has it. */
function nameOf({ month, recipientPart, territory, tier }: Report, createdAt: string): string {
  const created = createdAt.replaceAll(/[-:]/g, '')
  return ['DSR', recipientPart, SENDER.name, tier, month, territory, '1of1', `${created}.tsv`].join('_')
}

/**
 * What file names call each recipient of a close, by his id: his party, or else his name. Names are not unique, and their letters become one another here:
 * of several that would be the same, each without a party has his whole id behind it, since ids of one minute begin alike.
 */
export function recipientParts(recipients: readonly Holder[]): ReadonlyMap<string, string> {
  const partOf = ({ partyId, name }: Holder) => partyId ?? inFileName(name)
  const ids = new Map<string, Set<string>>()
  for (const one of recipients) ids.set(partOf(one), (ids.get(partOf(one)) ?? new Set()).add(one.id))
  return new Map(
    recipients.map((one) => {
      const part = partOf(one)
      const isOnly = one.partyId !== null || ids.get(part)?.size === 1
      return [one.id, isOnly ? part : `${part}-${one.id}`]
    }),
  )
}

/** `_` stands between the parts of the name, and `/` between folders. */
const inFileName = (name: string): string => name.replaceAll(/[\s_/\\|]+/g, '-')

function summary(
  { contract, pool, allocatedMicros, tracks }: ReportedContract,
  id: number,
  { channel, sales, territory, tier }: SalesContext,
): Cells {
  const usages = tracks.reduce((sum, { streams }) => sum + streams, 0)
  return [
    'SY02.02',
    id,
    ...channel,
    ...sales,
    territory,
    tier,
    usages,
    pool.listeners,
    pool.currency,
    microText(pool.netRevenueMicros),
    '',
    '',
    usages,
    microText(allocatedMicros),
    '',
    RIGHTS_TYPE[contract.rights],
    contract.number,
    '',
    '',
    '',
  ]
}

/** A block a track: what it is, and how often it was streamed by each contract. */
function blocksOf(contracts: readonly ReportedContract[]): Cells[][] {
  const used = contracts.flatMap(({ contract, tracks }, index) =>
    tracks.map(({ track, streams }) => ({ track, streams, contract, summary: index + 1 })),
  )
  const byTrack = [...grouped(used, ({ track }) => track.isrc)].sort(([a], [b]) => byBytes(a, b))
  return byTrack.map(([, uses], index) => {
    const block = index + 1
    const { track } = uses[0] as (typeof uses)[number]
    return [
      resource(track, block),
      ...uses.map(
        ({ streams, summary: id }, use): Cells => [
          'SU02',
          block,
          id,
          `${block}-${use + 1}`,
          '',
          1,
          'true',
          streams,
          '',
          '',
        ],
      ),
    ]
  })
}

function resource({ isrc, trackId, title, artist, durationMs, works }: Track, block: number): Cells {
  const [work] = works
  return [
    'AS02.02',
    block,
    1,
    trackId,
    // A code of our own making must not leave the house: the recipient would take it for another's.
    isrc.startsWith(LOCAL_COUNTRY) ? '' : isrc,
    cell(title),
    '',
    cell(artist),
    '',
    durationText(durationMs),
    'SoundRecording',
    work?.iswc ?? '',
    ...Array.from({ length: 10 }, () => ''),
  ]
}

/** As `PT3M25.5S`. */
function durationText(ms: number): string {
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms % 60_000) / 1_000]
  return `PT${hours > 0 ? `${hours}H` : ''}${hours + minutes > 0 ? `${minutes}M` : ''}${seconds}S`
}
