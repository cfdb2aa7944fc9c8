/** Owns the grouping of streams by a column, by counting: in one pass, and in the order they had. */

/** `places` (all of them, unless given) in the order of their keys, which are whole numbers below `groups`; of one key as before. */
export function groupedBy(keys: Int32Array, groups: number, places: Int32Array = everyPlace(keys.length)): Int32Array {
  const next = new Int32Array(groups + 1)
  for (const place of places) add(next, (keys[place] as number) + 1, 1)
  for (let group = 1; group <= groups; group += 1) add(next, group, next[group - 1] as number)
  const grouped = new Int32Array(places.length)
  for (const place of places) {
    const key = keys[place] as number
    grouped[next[key] as number] = place
    add(next, key, 1)
  }
  return grouped
}

export function add(sums: Int32Array | Float64Array, at: number, what: number): void {
  sums[at] = (sums[at] as number) + what
}

function everyPlace(count: number): Int32Array {
  return new Int32Array(count).map((_, place) => place)
}
