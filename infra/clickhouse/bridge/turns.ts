/** Owns whose turn it is: a few at once, the others in the order they came, nobody for longer than the bound. */

import { failure } from './failure.ts'

export interface TurnBounds {
  readonly atOnce: number
  readonly maxWaiting: number
  readonly maxWaitMs: number
}

export class Turns {
  readonly #bounds: TurnBounds
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(bounds: TurnBounds) {
    this.#bounds = bounds
  }

  /**
   * Resolves when it is the caller's turn, which must then be given back.
   * @throws {Failure} when too many wait, it takes too long, or `signal` is aborted: there is nothing to give back then.
   */
  async take(signal: AbortSignal): Promise<void> {
    const { atOnce, maxWaiting, maxWaitMs } = this.#bounds
    if (signal.aborted) throw left()
    if (this.#taken < atOnce) {
      this.#taken += 1
      return
    }
    if (this.#waiting.size >= maxWaiting) throw tooMany(`More than ${maxWaiting} queries wait: send fewer at once.`)
    await new Promise<void>((resolve, reject) => {
      const settle = (how: () => void) => {
        this.#waiting.delete(go)
        clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        how()
      }
      const go = () => settle(resolve)
      const leave = () => settle(() => reject(left()))
      const timer = setTimeout(
        () => settle(() => reject(tooMany(`No turn came within ${maxWaitMs} ms: send less, or later.`))),
        maxWaitMs,
      )
      signal.addEventListener('abort', leave)
      this.#waiting.add(go)
    })
  }

  /** The next in line has it at once: were it free for a moment, whoever comes then would take it as well. */
  give(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#taken -= 1
    else next()
  }
}

const tooMany = (text: string) => failure(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', text)
const left = () => failure(394, 'QUERY_WAS_CANCELLED', 'The client left before the turn of its query came.')
