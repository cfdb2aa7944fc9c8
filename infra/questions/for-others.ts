/** Owns answers that leave the house: which questions may, and that their figures of few people are hidden. */

import { type Answer, asObjects } from './ask.ts'
import { hideSmallCells } from './small-cells.ts'

/** A count of people, one that it is part of, and which figures follow from either. */
interface CountsOfPeople {
  readonly part: string
  readonly whole: string
  readonly ofPart: readonly string[]
  readonly ofWhole: readonly string[]
}

/** By the name of the question. What names accounts, or is about so few by its nature, is not here. */
const COUNTS: Readonly<Record<string, CountsOfPeople>> = {
  'active-premium': {
    part: 'active_premium',
    whole: 'active',
    ofPart: ['active_premium', 'premium_share'],
    ofWhole: ['active', 'hours_played', 'premium_share'],
  },
}

export const QUESTIONS_FOR_OTHERS: readonly string[] = Object.keys(COUNTS)

/** The answer without figures of fewer than `k` people, and without those by which these could be reckoned. Undefined: the question is not for others. */
export function forOthers(question: string, answer: Answer, k: number): Answer | undefined {
  const about = COUNTS[question]
  if (about === undefined) return undefined
  const { columns, rows } = answer
  // Who is in the whole and not in the part is few people too, and their number is one subtraction away.
  const counts = asObjects(answer).map((row) => {
    const [part, whole] = [Number(row[about.part]), Number(row[about.whole])]
    return [part, Math.max(0, whole - part)]
  })
  if (counts.length === 0) return answer
  const shown = hideSmallCells({ counts, untold: 'column-totals' }, k)
  return {
    columns,
    rows: rows.map((row, at) => {
      const [part, rest] = shown.counts[at] ?? []
      const gone = new Set([
        ...(part === null || rest === null ? about.ofPart : []),
        ...(shown.rowTotals[at] === null ? about.ofWhole : []),
      ])
      return row.map((value, column) => (gone.has(columns[column] ?? '') ? null : value))
    }),
  }
}
