/** Owns whether memory is flat: samples over frames, and the line that fits them. */

export interface MemorySample {
  readonly frames: number
  /** After a collection of garbage. */
  readonly heap_bytes: number
  readonly rss_bytes: number
}

const MIB = 1024 * 1024
/** Code is compiled and pools are filled in the first frames: from here on nothing may grow. */
const WARM_SHARE = 0.25
/** What the fitted line may rise by over all that was measured. A leak of ten bytes a frame is beyond it within a million frames. */
export const MOST_GROWTH_BYTES = { heap: 8 * MIB, rss: 64 * MIB } as const

/** How much the line through the samples (least squares) rises from the first warm one to the last. */
export function growthBytes(samples: readonly MemorySample[], of: 'heap_bytes' | 'rss_bytes'): number {
  const warm = samples.slice(Math.floor(samples.length * WARM_SHARE))
  const count = warm.length
  if (count < 3) return 0
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count
  const frames = warm.map((sample) => sample.frames)
  const bytes = warm.map((sample) => sample[of])
  const [meanFrames, meanBytes] = [mean(frames), mean(bytes)]
  let together = 0
  let square = 0
  for (const sample of warm) {
    together += (sample.frames - meanFrames) * (sample[of] - meanBytes)
    square += (sample.frames - meanFrames) ** 2
  }
  return (together / square) * ((frames.at(-1) ?? 0) - (frames[0] ?? 0))
}

/** What is wrong with the samples, if anything. */
export function memoryProblem(samples: readonly MemorySample[]): string | undefined {
  const heap = growthBytes(samples, 'heap_bytes')
  const rss = growthBytes(samples, 'rss_bytes')
  if (heap > MOST_GROWTH_BYTES.heap) return `the heap grew by ${mib(heap)}`
  if (rss > MOST_GROWTH_BYTES.rss) return `the process grew by ${mib(rss)}`
  return undefined
}

export const mib = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`

export function takeSample(frames: number): MemorySample {
  if (globalThis.gc === undefined) throw new Error('node must be run with --expose-gc')
  globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { frames, heap_bytes: heapUsed, rss_bytes: rss }
}
