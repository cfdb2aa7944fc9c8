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
  if (whole === 0n) {
    if (total > 0n) throw new RangeError('there is an amount to split, and no weight above zero')
    return weights.map(() => 0n)
  }
  const remainders: bigint[] = new Array(weights.length)
  let left = total
  const parts = weights.map((weight, index) => {
    const product = total * weight
    const part = product / whole
    remainders[index] = product - part * whole
    left -= part
    return part
  })
  for (const index of largest(remainders, Number(left))) parts[index] = (parts[index] ?? 0n) + 1n
  return parts
}

/** The places of the `count` largest, of equal ones the first. */
function largest(values: readonly bigint[], count: number): number[] {
  if (count === 0) return []
  const at = (index: number) => values[index] ?? 0n
  const places = values.map((_, index) => index)
  places.sort((a, b) => (at(a) === at(b) ? a - b : at(a) > at(b) ? -1 : 1))
  return places.slice(0, count)
}
