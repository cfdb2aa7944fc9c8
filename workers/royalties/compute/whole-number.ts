/** Owns the reading of whole numbers, in decimal digits and nothing else. */

import type { CsvRow } from '../../plain-files/csv-row.ts'

/** No amount of money has more digits: what has is a mistake, and not worth the time to reckon with it. */
const MOST_DIGITS = 38
const DIGITS = /^\d+$/

/** Of any size; undefined for what is none. */
export function readWhole(text: string): bigint | undefined {
  return text.length <= MOST_DIGITS && DIGITS.test(text) ? BigInt(text) : undefined
}

/** The whole number in a column, or at most a double's greatest; -1 for what is none. */
export function smallWhole(row: CsvRow, column: number): number {
  const [start, end] = [row.start(column), row.end(column)]
  if (start === end) return -1
  let value = 0
  for (let at = start; at < end; at += 1) {
    const digit = (row.bytes[at] as number) - 0x30
    if (digit < 0 || digit > 9) return -1
    value = Math.min(value * 10 + digit, Number.MAX_SAFE_INTEGER)
  }
  return value
}
