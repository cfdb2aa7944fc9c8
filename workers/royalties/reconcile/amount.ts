/** Owns amounts as a bank writes them: with the decimals that their currency is paid in. */

import { MICROS, minorUnits } from '../reckoning/currency.ts'

const decimalsOf = (power: bigint): number => String(power).length - 1
const MICRO_DECIMALS = decimalsOf(MICROS)
/** Twelve digits before the point: a trillion, which is as much as a posting of the ledger holds. */
const AMOUNT = /^(0|[1-9]\d{0,11})(?:\.(\d+))?$/

export const paidDecimals = (currency: string): number => decimalsOf(minorUnits(currency))

/** Micro-units of an amount with exactly the decimals of its currency; undefined for any other text. */
export function readAmount(text: string, currency: string): bigint | undefined {
  const [, whole, decimals = ''] = AMOUNT.exec(text) ?? []
  if (whole === undefined || decimals.length !== paidDecimals(currency)) return undefined
  return BigInt(whole + decimals.padEnd(MICRO_DECIMALS, '0'))
}

/** With the decimals of its currency, and more of them where there is something finer. */
export function writeAmount(micros: bigint, currency: string): string {
  const digits = String(micros).padStart(MICRO_DECIMALS + 1, '0')
  const [whole, decimals] = [digits.slice(0, -MICRO_DECIMALS), digits.slice(-MICRO_DECIMALS)]
  const exponent = paidDecimals(currency)
  const kept = decimals.slice(0, exponent) + decimals.slice(exponent).replace(/0+$/, '')
  return kept === '' ? whole : `${whole}.${kept}`
}
