/** Owns how fast audio comes: measured over the last chunks that were fetched (CMCD `mtp`). Pure. */

/** Enough that one slow answer is not the measure, few enough that a line that changed shows soon. */
const LAST_FETCHES = 4
/** The most that an event takes. */
const MOST_KBPS = 10_000_000
const BITS = 8

/** One chunk, from the request to its last byte, on any clock that does not jump. */
interface Fetched {
  readonly bytes: number
  readonly fromMs: number
  readonly toMs: number
}

export interface ThroughputMeter {
  fetched(chunk: Fetched): void
  /** Nothing, as long as nothing was fetched that took a time. */
  kbps(): number | undefined
}

export function throughputMeter(): ThroughputMeter {
  let last: readonly Fetched[] = []
  return {
    fetched(chunk) {
      last = [...last, chunk].slice(-LAST_FETCHES)
    },
    kbps() {
      const busyMs = busyMsOf(last)
      if (busyMs <= 0) return undefined
      const bytes = last.reduce((sum, chunk) => sum + chunk.bytes, 0)
      // Bits in a millisecond are kilobits in a second.
      return Math.min(MOST_KBPS, Math.round((bytes * BITS) / busyMs))
    },
  }
}

/** Chunks that came side by side shared the line: their time counts once. */
function busyMsOf(fetches: readonly Fetched[]): number {
  let busyMs = 0
  let untilMs = Number.NEGATIVE_INFINITY
  for (const { fromMs, toMs } of [...fetches].sort((a, b) => a.fromMs - b.fromMs)) {
    busyMs += Math.max(0, toMs - Math.max(fromMs, untilMs))
    untilMs = Math.max(untilMs, toMs)
  }
  return busyMs
}
