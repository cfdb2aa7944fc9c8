/** Owns trying again: for ever, with growing pauses, until it works or the signal says to leave. */

import { setTimeout as pause } from 'node:timers/promises'

export interface RetryOptions {
  readonly signal: AbortSignal
  readonly firstPauseMs?: number
  readonly maxPauseMs?: number
  onFailure(error: unknown, pauseMs: number): void
}

/** @throws the reason of the signal when it is aborted between attempts. */
export async function untilDone<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, firstPauseMs = 200, maxPauseMs = 5_000, onFailure } = options
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    signal.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      onFailure(error, pauseMs)
      await pause(pauseMs, undefined, { signal })
    }
  }
}
