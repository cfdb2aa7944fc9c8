/** Owns the steps of a run: one after the other, each with its time; what one finds the next may need, and after a failure the rest of its path is left out. */

import { performance } from 'node:perf_hooks'

export interface Tally {
  passed: number
  failed: number
}

export interface Step {
  readonly title: string
  /** In a few words what was seen; throws what was not as it should be. */
  work(): Promise<string>
}

/** @param say a line */
export async function runSteps(steps: readonly Step[], tally: Tally, say: (line: string) => void): Promise<void> {
  for (const [at, { title, work }] of steps.entries()) {
    const fromMs = performance.now()
    const took = () => `${((performance.now() - fromMs) / 1_000).toFixed(1)} s`
    try {
      const seen = await work()
      tally.passed += 1
      say(`✓ ${title} … ${took()}  ${seen}`.trimEnd())
    } catch (error) {
      tally.failed += 1
      say(`✗ ${title} … ${took()}`)
      for (const line of (error instanceof Error ? error.message : String(error)).split('\n')) say(`    ${line}`)
      // Each stands on the one before it.
      for (const { title: left } of steps.slice(at + 1)) {
        tally.failed += 1
        say(`✗ ${left} … not tried`)
      }
      return
    }
  }
}

export const tallyLine = ({ passed, failed }: Tally): string => `${passed} passed, ${failed} failed`

/** A step after whose failure something must be let go, or taken back: its path ends there. */
export function stepBut(leave: () => Promise<void>): (title: string, work: () => Promise<string>) => Step {
  return (title, work) => ({
    title,
    async work() {
      try {
        return await work()
      } catch (error) {
        await leave()
        throw error
      }
    },
  })
}

/** @throws when it does not hold, saying what does not. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what)
}
