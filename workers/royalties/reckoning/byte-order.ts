/** Owns the order that ties and files are in: that of the bytes of UTF-8. */

const SURROGATE = /[\ud800-\udfff]/

/** JavaScript compares units of UTF-16, which is the same order but for what lies beyond the first 65,536 characters. */
export function byBytes(a: string, b: string): number {
  if (a === b) return 0
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}
