/** Owns how many decimals a currency is paid in: the minor units of ISO 4217, as of 2026. */

const DECIMALS: Readonly<Record<string, number>> = {
  ...each('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 0),
  ...each('BHD IQD JOD KWD LYD OMR TND', 3),
  ...each('CLF UYW', 4),
}
const USUAL = 2

/** In one unit of a currency. */
export const MICROS = 1_000_000n

/** How many of the smallest unit that is paid are one unit: 100 cents, 1 yen, 1,000 fils. */
export function minorUnits(currency: string): bigint {
  return 10n ** BigInt(DECIMALS[currency] ?? USUAL)
}

function each(currencies: string, decimals: number): Record<string, number> {
  return Object.fromEntries(currencies.split(' ').map((currency) => [currency, decimals]))
}
