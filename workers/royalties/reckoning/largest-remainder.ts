/** Owns the one way in which money is rounded: by largest remainder, so that the parts always add to the whole. */

/**
 * Splits `total` in proportion to `weights`. Every part is its exact share rounded down; the units that are left go one each
 * to the largest remainders, of equal ones to the first: the order of `weights` breaks ties.
 * @throws {RangeError} for a negative number, or when there is something to split and no weight to split it by.
 */
export function byLargestRemainder(total: bigint, weights: readonly bigint[]): bigint[] {
  let whole = 0n
  for (const weight of weights) {
    if (weight < 0n) throw new RangeError('a weight is below zero')
    whole += weight
  }
  if (total < 0n) throw new RangeError('an amount below zero is not split')
  if (whole === 0n && total > 0n) throw new RangeError('there is an amount to split, and no weight above zero')
  const parts: bigint[] = []
  const remainders: bigint[] = []
  let left = total
  for (const weight of weights) {
    const product = total * weight
    const part = whole === 0n ? 0n : product / whole
    parts.push(part)
    remainders.push(product - part * whole)
    left -= part
  }
  if (left > 0n) for (const index of largest(remainders, Number(left))) parts[index] = (parts[index] as bigint) + 1n
  return parts
}

/** The places of the `count` largest, of equal ones the first. */
function largest(values: readonly bigint[], count: number): number[] {
  const places = values.map((_, index) => index)
  places.sort((a, b) => descending(values[a] as bigint, values[b] as bigint) || a - b)
  return places.slice(0, count)
}

function descending(a: bigint, b: bigint): number {
  return a === b ? 0 : a > b ? -1 : 1
}
