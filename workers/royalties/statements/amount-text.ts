/** Owns how amounts are written for people: in the smallest units of a currency, or to the micro-unit. */

import { minorUnits } from '../reckoning/currency.ts'

/** Of smallest units, as 1334 of EUR is 13.34, and of JPY 1334. */
export function minorText(minor: bigint, currency: string): string {
  return pointed(minor, String(minorUnits(currency)).length - 1)
}

/** All six decimals. */
export const microText = (micros: bigint): string => pointed(micros, 6)

/** With a space between thousands, for reading and not for adding. */
export function spaced(text: string): string {
  const [whole = '', decimals] = text.split('.')
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f')
  return decimals === undefined ? groups : `${groups}.${decimals}`
}

function pointed(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : ''
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0')
  if (decimals === 0) return sign + digits
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
