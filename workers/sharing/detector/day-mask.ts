/** Owns sets of days as bits: bit `n` is the day `n` days ago, and the window is what fits. */

/** Privacy and memory ask for it alike: nothing is remembered for longer. */
export const WINDOW_DAYS = 28
const WHOLE = 2 ** WINDOW_DAYS - 1
const DAYS_A_WEEK = 7

/** The same days, seen `days` later. */
export function aged(mask: number, days: number): number {
  return days >= WINDOW_DAYS ? 0 : (mask << days) & WHOLE
}

/** The day `ago` days ago alone; nothing when that is outside the window. */
export function dayBit(ago: number): number {
  return ago < 0 || ago >= WINDOW_DAYS ? 0 : 1 << ago
}

export function countDays(mask: number): number {
  let left = mask - ((mask >>> 1) & 0x55555555)
  left = (left & 0x33333333) + ((left >>> 2) & 0x33333333)
  return Math.imul((left + (left >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** In how many of the weeks of the window there is such a day. */
export function countWeeks(mask: number): number {
  let weeks = 0
  for (let from = 0; from < WINDOW_DAYS; from += DAYS_A_WEEK) if (((mask >>> from) & 0x7f) !== 0) weeks += 1
  return weeks
}

/** Days from the first to the last, both counted. */
export function spanDays(mask: number): number {
  if (mask === 0) return 0
  return 32 - Math.clz32(mask) - (31 - Math.clz32(mask & -mask))
}
