/** Owns what a way to recommend is: it learns what is heard, one item at a time, and scores what may come next. */

import type { Tally } from './tally.ts'

/** One item of a session, in the order of that session. */
export interface Heard {
  readonly session: number
  readonly item: number
  /** What the session heard before it, the oldest first. */
  readonly before: readonly number[]
  /** Seconds since 1970. */
  readonly at: number
}

export interface Predictor {
  learn(heard: Heard): void
  /**
   * Adds the scores of what may come after the items of `revealed`, the last of which was heard last. The best has 1, but where
   * the scores are the same for everybody: then they are what they are.
   */
  score(revealed: readonly number[], into: Tally): void
}
