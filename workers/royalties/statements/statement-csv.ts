/** Owns a statement as CSV: its lines, then how their sum is paid. The column `paid_micros` adds to zero over the whole file. */

import { stringify } from 'csv-stringify/sync'
import { minorText } from './amount-text.ts'
import type { Statement } from './statement.ts'

export const STATEMENT_COLUMNS = [
  'statement',
  'month',
  'holder_id',
  'holder',
  'kind',
  'reference',
  'rights',
  'isrc',
  'title',
  'artist',
  'territory',
  'tier',
  'contract',
  'version',
  'share',
  'streams',
  'currency',
  'amount_micros',
  'paid_currency',
  'paid_micros',
  'paid_amount',
  'about',
] as const

export function statementCsv({ number, month, holder, lines, account, payout }: Statement): Buffer {
  const who = { statement: number, month, holder_id: holder.id, holder: holder.name, paid_currency: holder.currency }
  const rows = [
    ...lines.map((line) => ({
      ...who,
      kind: line.kind,
      reference: line.reference,
      rights: line.rights,
      isrc: line.isrc,
      title: line.title,
      artist: line.artist,
      territory: line.territory,
      tier: line.tier,
      contract: line.contract,
      version: line.version,
      share: `${line.share.num}/${line.share.den}`,
      streams: line.streams,
      currency: line.currency,
      amount_micros: line.micros,
      paid_micros: line.paidMicros,
      paid_amount: minorText(line.minor, holder.currency),
    })),
    ...account
      .filter(({ kind }) => kind !== 'earned')
      .map(({ kind, about, micros }) => ({
        ...who,
        kind,
        paid_micros: micros,
        about,
        ...(kind === 'payout' && payout !== undefined
          ? { reference: payout.id, paid_amount: minorText(-payout.minor, holder.currency) }
          : {}),
      })),
  ]
  return Buffer.from(stringify(rows, { header: true, columns: [...STATEMENT_COLUMNS], cast: { bigint: String } }))
}
