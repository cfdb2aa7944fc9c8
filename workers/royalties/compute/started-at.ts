/** Owns the reading of times as RFC 3339 writes them in UTC, as far as a month needs it: which month, and whether it is a time at all. */

const [ZERO, DASH, COLON, DOT, PLUS] = [0x30, 0x2d, 0x3a, 0x2e, 0x2b] as const
/** Of a digit, or of a letter without regard to case. */
const [T, Z] = [0x74, 0x7a] as const
const LOWER = 0x20
const LEAST_LENGTH = '2026-01-01T00:00:00Z'.length
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Months since the year 0. @param text is `YYYY-MM`. */
export function monthNumber(text: string): number {
  return Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1
}

/** The month in which the time from `start` to `end` lies, as `monthNumber` counts, or -1 when it is no time in UTC. */
export function monthOfTime(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LEAST_LENGTH) return -1
  const year = pair(bytes, start) * 100 + pair(bytes, start + 2)
  const month = pair(bytes, start + 5)
  const day = pair(bytes, start + 8)
  const hour = pair(bytes, start + 11)
  const minute = pair(bytes, start + 14)
  const second = pair(bytes, start + 17)
  const isTime =
    year >= 0 &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour >= 0 &&
    hour <= 23 &&
    minute >= 0 &&
    minute <= 59 &&
    second >= 0 &&
    // A leap second is the last of its month.
    (second <= 59 || (second === 60 && minute === 59 && hour === 23 && day === daysOf(year, month))) &&
    bytes[start + 4] === DASH &&
    bytes[start + 7] === DASH &&
    ((bytes[start + 10] as number) | LOWER) === T &&
    bytes[start + 13] === COLON &&
    bytes[start + 16] === COLON &&
    isUtc(bytes, afterFraction(bytes, start + 19, end), end)
  return isTime ? year * 12 + month - 1 : -1
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] as number)
}

/** The number of two digits, or one below -100 times them when they are none. */
function pair(bytes: Uint8Array, at: number): number {
  const [tens, ones] = [(bytes[at] as number) - ZERO, (bytes[at + 1] as number) - ZERO]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -10_000
}

function afterFraction(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== DOT) return start
  let at = start + 1
  while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= ZERO + 9) at += 1
  return at === start + 1 ? end : at
}

/** `Z`, or an offset of nothing. */
function isUtc(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 1) return ((bytes[start] as number) | LOWER) === Z
  return (
    end - start === 6 &&
    (bytes[start] === PLUS || bytes[start] === DASH) &&
    pair(bytes, start + 1) === 0 &&
    bytes[start + 3] === COLON &&
    pair(bytes, start + 4) === 0
  )
}
