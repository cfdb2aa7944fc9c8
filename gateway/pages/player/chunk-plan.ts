/** Owns the arithmetic of chunks: which are wanted around a playhead, which of them to ask for, which to let go. Pure. */

/** The chunks of one track at one moment. */
export interface ChunkView {
  readonly positionMs: number
  readonly chunkMs: number
  readonly chunkCount: number
}

/** Audio held ahead of the playhead, in chunks: enough for a reconnect, little enough for short-lived addresses. */
export const AHEAD_CHUNKS = 8
/** Audio kept behind the playhead, in ms, so that a small step back costs nothing. */
export const KEEP_BEHIND_MS = 24_000

/** The chunk that holds `positionMs`; the last one for a position at the very end. */
export function chunkAt(view: ChunkView): number {
  return Math.max(0, Math.min(Math.floor(view.positionMs / view.chunkMs), view.chunkCount - 1))
}

/** The chunks to have from the playhead on, nearest first, leaving out what `held` says is there. */
export function wantedChunks(view: ChunkView, held: (index: number) => boolean): number[] {
  const first = chunkAt(view)
  const end = Math.min(first + AHEAD_CHUNKS, view.chunkCount)
  const wanted: number[] = []
  for (let index = first; index < end; index++) if (!held(index)) wanted.push(index)
  return wanted
}

/** What `credit` says of `wanted`: the first chunk without an address, and how many there is room for from there on. */
export function creditOf(
  wanted: readonly number[],
  hasAddress: (index: number) => boolean,
): { nextChunk: number; chunks: number } | undefined {
  const lacking = wanted.filter((index) => !hasAddress(index))
  const [first, last] = [lacking[0], lacking.at(-1)]
  return first === undefined || last === undefined ? undefined : { nextChunk: first, chunks: last - first + 1 }
}

/** Whether everything from the playhead to the end of the track is held. */
export function heldToEnd(view: ChunkView, held: (index: number) => boolean): boolean {
  for (let index = chunkAt(view); index < view.chunkCount; index++) if (!held(index)) return false
  return true
}

/** The chunks that lie wholly further behind the playhead than is kept. */
export function chunksBehind(view: ChunkView, held: Iterable<number>): number[] {
  const keepFromMs = view.positionMs - KEEP_BEHIND_MS
  return [...held].filter((index) => (index + 1) * view.chunkMs <= keepFromMs)
}

/** Whether `positionMs` is inside one of the ranges, seconds as the media element has them. */
export function isCovered(ranges: readonly TimeSpan[], positionMs: number): boolean {
  return spanAt(ranges, positionMs / 1_000) !== undefined
}

export interface TimeSpan {
  readonly startS: number
  readonly endS: number
}

/** Encoded chunks meet within a frame or two: gaps this small are none. */
export const GAP_S = 0.1

/** Audio held ahead of the playhead without a gap, in ms. */
export function aheadMs(ranges: readonly TimeSpan[], positionMs: number): number {
  const at = positionMs / 1_000
  let reach = spanAt(ranges, at)?.endS
  if (reach === undefined) return 0
  for (const { startS, endS } of ranges) if (startS <= reach + GAP_S && endS > reach) reach = endS
  return Math.max(0, Math.round((reach - at) * 1_000))
}

function spanAt(ranges: readonly TimeSpan[], atS: number): TimeSpan | undefined {
  return ranges.find(({ startS, endS }) => atS >= startS - GAP_S && atS < endS)
}
