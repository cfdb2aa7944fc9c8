/** Owns the spreading of seeds over processes: each takes the next one as it is done. */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SeedResult } from './run-seed.ts'
import type { SeedJob } from './seed-worker.ts'

export interface RunParts {
  readonly workers: number
  /** The next seed, or undefined when there is enough. */
  readonly next: () => SeedJob | undefined
  readonly done: (result: SeedResult) => void
  readonly signal: AbortSignal
}

const PROGRAM = fileURLToPath(new URL('./seed-worker.ts', import.meta.url))

export async function runSeeds({ workers, next, done, signal }: RunParts): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => work(next, done, signal)))
}

function work(next: RunParts['next'], done: RunParts['done'], signal: AbortSignal): Promise<void> {
  const child = fork(PROGRAM, { execArgv: ['--import', 'tsx', '--max-semi-space-size=64'] })
  const give = (to: ChildProcess) => {
    const job = signal.aborted ? undefined : next()
    if (job === undefined) to.disconnect()
    else to.send(job)
  }
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true })
  return new Promise((resolve, reject) => {
    child.on('message', (result: SeedResult) => {
      done(result)
      give(child)
    })
    child.once('error', reject)
    child.once('exit', (code, killed) => {
      // Ctrl-C reaches the processes as well.
      if (code === 0 || signal.aborted) resolve()
      else reject(new Error(`a process of the simulation ended with ${code ?? killed}`))
    })
    give(child)
  })
}
