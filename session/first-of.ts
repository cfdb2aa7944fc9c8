/** Owns taking the first few of many without putting the rest in order. */

/**
 * The first `count` of `all` by `order`, in no order of their own. `all` is moved about. `order` must tell any two apart: then
 * which they are does not depend on how they came. Of one with itself it is not asked.
 */
export function selectFirst<T>(all: T[], count: number, order: (a: T, b: T) => number): T[] {
  if (all.length <= count) return all
  let [low, high] = [0, all.length - 1]
  while (low < high) {
    const pivot = all[(low + high) >>> 1] as T
    let [left, right] = [low, high]
    while (left <= right) {
      while (all[left] !== pivot && order(all[left] as T, pivot) < 0) left += 1
      while (all[right] !== pivot && order(all[right] as T, pivot) > 0) right -= 1
      if (left > right) break
      const moved = all[left] as T
      all[left] = all[right] as T
      all[right] = moved
      left += 1
      right -= 1
    }
    if (count - 1 <= right) high = right
    else if (count - 1 >= left) low = left
    else break
  }
  all.length = Math.max(count, 0)
  return all
}

/** The same, in order. */
export function firstOf<T>(all: T[], count: number, order: (a: T, b: T) => number): T[] {
  return selectFirst(all, count, order).sort(order)
}
