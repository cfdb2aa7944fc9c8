/** Owns waiting for what happens elsewhere. */

import { setTimeout as wait } from 'node:timers/promises'

/** Asks until `good` likes the answer, and gives it; throws with the last answer when it takes too long. */
export async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean, withinMs = 40_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (good(answer)) return answer
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${withinMs} ms`)
    await wait(100)
  }
}
