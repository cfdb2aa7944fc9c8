/** Owns waiting for something that a run needs, and no longer than it may take. */

import { setTimeout as sleep } from 'node:timers/promises'

const ASK_EVERY_MS = 100

export interface UntilOptions {
  readonly what: string
  readonly withinMs: number
}

/** @throws when it did not come in time, saying what. */
export async function until(done: () => boolean | Promise<boolean>, { what, withinMs }: UntilOptions): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`waited ${withinMs / 1_000} s for ${what}, in vain`)
    await sleep(ASK_EVERY_MS)
  }
}
