/** Owns a statement as pages for a person to read. */

import { monthSpan } from '../close/month-span.ts'
import { microText, minorText, spaced } from './amount-text.ts'
import { INK, MARGIN, PALE, PdfPages, type TableColumn, WIDTH } from './pdf-page.ts'
import type { Statement } from './statement.ts'

/** Of each side of the rights: nobody reads more. All are in the CSV. */
const MOST_LINES = 400

const RIGHTS_TEXT: Readonly<Record<string, string>> = { recording: 'Recordings', composition: 'Works' }
const MONTH_TEXT = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

export async function statementPdf(statement: Statement): Promise<Buffer> {
  const { month, holder, number, inputHash, payout, openAdvances } = statement
  const { startMs, endMs } = monthSpan(month)
  const title = `Royalty statement ${number}`
  const pages = new PdfPages({ title: `${title}, ${holder.name}`, createdAt: new Date(endMs) })
  pages.text('Segue', MARGIN, pages.y, { size: 10, font: 'bold', color: PALE })
  pages.text(number, MARGIN, pages.y, { size: 10, color: PALE, align: 'right' })
  pages.y += 26
  pages.text('Royalty statement', MARGIN, pages.y, { size: 21, font: 'bold' })
  pages.y += 30
  pages.text(MONTH_TEXT.format(startMs), MARGIN, pages.y, { size: 12, color: PALE })
  pages.y += 30
  pages.text('For', MARGIN, pages.y, { color: PALE })
  pages.text(payout === undefined ? 'Paid out now' : 'To be paid out', MARGIN, pages.y, { color: PALE, align: 'right' })
  pages.y += 14
  pages.text(holder.name, MARGIN, pages.y, { size: 14, font: 'bold', width: WIDTH * 0.6 })
  const amount = `${spaced(minorText(payout?.minor ?? 0n, holder.currency))} ${holder.currency}`
  pages.text(amount, MARGIN, pages.y, { size: 14, font: 'bold', align: 'right' })
  pages.y += 20
  pages.text(holder.id, MARGIN, pages.y, { size: 7.5, color: PALE })
  if (payout !== undefined)
    pages.text(`Payout ${payout.id}`, MARGIN, pages.y, { size: 7.5, color: PALE, align: 'right' })
  pages.y += 14

  pages.heading('How it comes about')
  for (const { about, micros } of statement.account) {
    pages.text(about, MARGIN, pages.y, { width: WIDTH * 0.7 })
    pages.text(`${spaced(microText(micros))} ${holder.currency}`, MARGIN, pages.y, { align: 'right' })
    pages.y += 15
    pages.rule(pages.y - 3.5)
  }
  pages.text(
    'Lines add to zero. Amounts below the smallest unit are carried to the next month, nothing is lost.',
    MARGIN,
    pages.y,
    {
      size: 7.5,
      color: PALE,
    },
  )
  pages.y += 12
  for (const { currency, micros } of openAdvances) {
    pages.text(`Advances still to be recouped: ${spaced(microText(micros))} ${currency}`, MARGIN, pages.y, {
      color: INK,
    })
    pages.y += 14
  }

  if (statement.earned.length > 0) {
    pages.heading('Earned by currency')
    pages.table(
      EARNED,
      statement.earned.map(({ currency, micros, rate, paidMicros }) => [
        currency,
        spaced(microText(micros)),
        rate === undefined ? '' : `${rate.num}/${rate.den}`,
        `${spaced(microText(paidMicros))} ${holder.currency}`,
      ]),
    )
  }
  for (const rights of ['recording', 'composition']) {
    const lines = statement.lines.filter((line) => line.rights === rights)
    if (lines.length === 0) continue
    const shown = greatest(lines)
    pages.heading(RIGHTS_TEXT[rights] ?? rights)
    pages.table(
      linesColumns(holder.currency),
      shown.map((line) => [
        line.kind === 'minimum' ? `${line.title} (minimum)` : line.title,
        line.isrc,
        line.territory,
        line.tier,
        `${line.contract} v${line.version}`,
        `${line.share.num}/${line.share.den}`,
        spaced(String(line.streams)),
        `${spaced(microText(line.micros))} ${line.currency}`,
        spaced(minorText(line.minor, holder.currency)),
      ]),
      6.6,
    )
    if (shown.length < lines.length) {
      pages.need(16)
      const rest = `These are the ${MOST_LINES} greatest of ${lines.length} lines: all are in the CSV, and in the sum.`
      pages.text(rest, MARGIN, pages.y + 4, { size: 7.5, color: PALE, width: WIDTH - 120 })
    }
    const minor = lines.reduce((sum, line) => sum + line.minor, 0n)
    pages.need(16)
    pages.text(`${spaced(minorText(minor, holder.currency))} ${holder.currency}`, MARGIN, pages.y + 4, {
      size: 8,
      font: 'bold',
      align: 'right',
      width: WIDTH - 4,
    })
    pages.y += 18
  }
  return await pages.end((page, count) => [`Input ${inputHash}`, `${page} / ${count}`])
}

/** In the order that they had. */
function greatest(lines: Statement['lines']): Statement['lines'] {
  if (lines.length <= MOST_LINES) return lines
  const places = lines.map((_, place) => place)
  const worth = (place: number) => lines[place]?.paidMicros ?? 0n
  places.sort((a, b) => (worth(a) === worth(b) ? a - b : worth(a) > worth(b) ? -1 : 1))
  return places
    .slice(0, MOST_LINES)
    .sort((a, b) => a - b)
    .flatMap((place) => lines[place] ?? [])
}

const EARNED: readonly TableColumn[] = [
  { title: 'Currency', part: 12 },
  { title: 'Earned', part: 30, align: 'right' },
  { title: 'Rate', part: 22, align: 'right' },
  { title: 'Worth', part: 36, align: 'right' },
]

const linesColumns = (currency: string): readonly TableColumn[] => [
  { title: 'Title', part: 22 },
  { title: 'ISRC', part: 18 },
  { title: 'In', part: 5 },
  { title: 'Tier', part: 11 },
  { title: 'Contract', part: 19 },
  { title: 'Share', part: 8, align: 'right' },
  { title: 'Streams', part: 11, align: 'right' },
  { title: 'Amount', part: 21, align: 'right' },
  { title: currency, part: 10, align: 'right' },
]
