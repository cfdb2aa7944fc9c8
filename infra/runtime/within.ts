/** Owns the bound on a wait: what does not answer in time is given up, unless it was we who did not run. */

export class TimedOut extends Error {
  constructor(withinMs: number) {
    super(`no answer within ${withinMs} ms`)
    this.name = 'TimedOut'
  }
}

/** A timer that comes later than this says that the process stood still: an answer may wait unread. */
const LATE_MS = 100
/** Then so long is given to read it; as often as it takes, while this timer is late too. */
const READ_MS = 250

/** Aborted when the wait is given up. Made when it is first asked for: it costs more than all else here, and few look at it. */
export type GivenUp = () => AbortSignal

/**
 * What `work` resolves with, or {@link TimedOut} after `withinMs`; then `work` is told by its signal, and its own
 * failure, which comes later, has nobody to go to.
 */
export function within<T>(withinMs: number, work: (givenUp: GivenUp) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let controller: AbortController | undefined
    let failure: unknown
    const end = (error: unknown) => {
      clearTimeout(timer)
      failure ??= error
      controller?.abort(failure)
      reject(error)
    }
    const fail = () => end(new TimedOut(withinMs))
    let timer: NodeJS.Timeout
    const wait = (ms: number) => {
      const dueMs = performance.now() + ms
      timer = setTimeout(() => (performance.now() - dueMs > LATE_MS ? wait(READ_MS) : fail()), ms)
    }
    wait(withinMs)
    const givenUp = () => {
      controller ??= new AbortController()
      if (failure !== undefined) controller.abort(failure)
      return controller.signal
    }
    work(givenUp).then((answer) => {
      clearTimeout(timer)
      resolve(answer)
    }, end)
  })
}
