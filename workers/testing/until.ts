/** Owns waiting for what happens elsewhere. */

import { setTimeout as wait } from 'node:timers/promises'

/** Asks until `good` likes the answer, and gives it; throws with the last answer when it takes too long. */
export async function until<T>(ask: () => Promise<T>, good: (answer: T) => boolean, withinMs = 120_000): Promise<T> {
  const deadline = Date.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (good(answer)) return answer
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after ${withinMs} ms`)
    await wait(100)
  }
}

const DAY_MS = 86_400_000

/** Waits for midnight (UTC) where less than `forMs` is left of the day: for tests that look at one day again and again. */
export async function untilDayHasRoom(forMs: number): Promise<void> {
  const leftMs = DAY_MS - (Date.now() % DAY_MS)
  if (leftMs < forMs) await wait(leftMs + 1_000)
}
