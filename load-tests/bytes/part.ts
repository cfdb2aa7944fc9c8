/** Owns one process of the long run: its share of the frames by its own seed, reported slice by slice. */

import { Bench, type Failure } from './bench.ts'
import { type MemorySample, takeSample } from './memory.ts'
import type { Counts } from './outcomes.ts'

export interface PartOrder {
  readonly seed: number
  readonly frames: number
}

export type PartReport =
  | { readonly kind: 'sample'; readonly sample: MemorySample }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly frame: number }
  /** The run itself cannot go on: a defect of the bench. */
  | { readonly kind: 'died'; readonly why: string }
  | { readonly kind: 'done'; readonly counts: Counts }

const SLICE_FRAMES = 50_000

// A frame that is no JSON is an exception, whose stack nobody reads: without it a run is half as long.
Error.stackTraceLimit = 1

const report = (message: PartReport) => void process.send?.(message)

process.once('message', (order: PartOrder) => {
  run(order).catch((error: Error) => {
    process.send?.({ kind: 'died', why: error.stack ?? error.message } satisfies PartReport, () => process.exit(1))
  })
})
process.once('disconnect', () => process.exit(1))

async function run({ seed, frames }: PartOrder): Promise<void> {
  const bench: Bench = new Bench(seed, (failure) => report({ kind: 'failure', failure, frame: bench.outcomes.frames }))
  process.on('unhandledRejection', (error) => bench.blame(`nobody waited for: ${String(error)}`))
  while (bench.outcomes.frames < frames) {
    await bench.run(Math.min(SLICE_FRAMES, frames - bench.outcomes.frames))
    report({ kind: 'sample', sample: takeSample(bench.outcomes.frames) })
  }
  process.send?.({ kind: 'done', counts: bench.outcomes.counts() } satisfies PartReport, () => process.exit(0))
}
