/** Owns the long run: the frames shared out among processes, their accounts added up, their failures kept. */

import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { keepInCorpus } from './corpus.ts'
import { type MemorySample, memoryProblem } from './memory.ts'
import { Outcomes } from './outcomes.ts'
import type { PartOrder, PartReport } from './part.ts'

export interface LongRun {
  readonly outcomes: Outcomes
  readonly seconds: number
  /** By process. */
  readonly samples: readonly (readonly MemorySample[])[]
  readonly problems: readonly string[]
}

/** More of the same would only fill the disk. */
const MOST_KEPT = 20
const PROGRAM = fileURLToPath(new URL('part.ts', import.meta.url))

export interface LongRunOptions extends PartOrder {
  readonly signal: AbortSignal
  /** Told whenever a process has done a slice. */
  readonly progress: (frames: number) => void
}

export async function longRun({ frames, seed, signal, progress }: LongRunOptions): Promise<LongRun> {
  const parts = Math.max(1, Math.min(availableParallelism(), Math.floor(frames / 100_000)))
  const began = performance.now()
  const outcomes = new Outcomes()
  const samples: MemorySample[][] = []
  const problems: string[] = []
  const died: string[] = []
  const keeping: Promise<unknown>[] = []
  const done = new Array<number>(parts).fill(0)

  const hear = (part: number, partSeed: number, message: PartReport) => {
    switch (message.kind) {
      case 'sample':
        samples[part]?.push(message.sample)
        done[part] = message.sample.frames
        progress(done.reduce((sum, of) => sum + of, 0))
        break
      case 'failure':
        problems.push(`frame ${message.frame} of seed ${partSeed}: ${message.failure.why}\n    ${message.failure.hex}`)
        if (keeping.length < MOST_KEPT) keeping.push(keepInCorpus(message.failure))
        break
      case 'died':
        died.push(message.why)
        break
      case 'done':
        outcomes.add(message.counts)
    }
  }
  const runPart = (part: number): Promise<void> => {
    const order = { seed: seed + part, frames: Math.floor(frames / parts) + (part < frames % parts ? 1 : 0) }
    samples[part] = []
    const child = fork(PROGRAM, { execArgv: ['--import', 'tsx', '--expose-gc'] })
    child.on('message', (message) => hear(part, order.seed, message as PartReport))
    child.send(order)
    return ended(child, signal, died)
  }
  await Promise.all(done.map((_, part) => runPart(part)))
  await Promise.all(keeping)
  for (const [part, taken] of samples.entries()) {
    const problem = memoryProblem(taken)
    if (problem !== undefined) problems.push(`process ${part + 1}: ${problem}`)
  }
  return { outcomes, seconds: (performance.now() - began) / 1000, samples, problems }
}

function ended(child: ChildProcess, signal: AbortSignal, died: readonly string[]): Promise<void> {
  const stop = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, by) => {
      signal.removeEventListener('abort', stop)
      if (code === 0) resolve()
      else reject(new Error(`a process of the run ended with ${code ?? by}: ${died.join()}`))
    })
  })
}
