/** Owns asking again and again: one question at a time, none while nobody looks, failures told and outlived. */

const EVERY_MS = 2_000
/** After a failure it asks less often, so that a gateway that comes back is not met by a crowd. */
const EVERY_AFTER_FAILURE_MS = 4_000

export interface Refresh {
  /** Asks now: the question has changed. */
  now(): void
}

export interface RefreshParts<T> {
  readonly ask: (signal: AbortSignal) => Promise<T>
  readonly answered: (value: T) => void
  readonly failed: (error: unknown) => void
}

export function startRefresh<T>({ ask, answered, failed }: RefreshParts<T>): Refresh {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | undefined

  const turn = async (): Promise<void> => {
    clearTimeout(timer)
    asking?.abort()
    const mine = new AbortController()
    asking = mine
    let waitMs = EVERY_MS
    try {
      const value = await ask(mine.signal)
      if (mine.signal.aborted) return
      answered(value)
    } catch (error) {
      if (mine.signal.aborted) return
      waitMs = EVERY_AFTER_FAILURE_MS
      failed(error)
    }
    timer = setTimeout(turnIfSeen, waitMs)
  }
  const turnIfSeen = () => {
    if (!document.hidden) void turn()
  }

  document.addEventListener('visibilitychange', turnIfSeen)
  void turn()
  return { now: () => void turn() }
}
