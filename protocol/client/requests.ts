/** Owns the requests that wait for their answer. */

import type { ErrorMessage } from '../messages/error.ts'
import type { Playback } from '../messages/playback.ts'

/** A request that was refused, was not answered, or lost its socket. */
export class SegueError extends Error {
  /** From the table of errors, or `timeout`, `disconnected`, `closed`. */
  readonly code: string
  /** The same request may succeed later. */
  readonly retriable: boolean

  constructor(code: string, message: string, retriable: boolean) {
    super(message)
    this.name = 'SegueError'
    this.code = code
    this.retriable = retriable
  }
}

interface Waiting {
  resolve(answer: Playback): void
  reject(error: SegueError): void
  readonly timer: ReturnType<typeof setTimeout>
}

export class Requests {
  readonly #waiting = new Map<number, Waiting>()
  readonly #timeoutMs: number
  #nextId = 1

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Gives `send` an id, and waits for the answer that repeats it. */
  ask(send: (id: number) => void): Promise<Playback> {
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new SegueError('timeout', `no answer within ${this.#timeoutMs} ms`, true))
      }, this.#timeoutMs)
      this.#waiting.set(id, { resolve, reject, timer })
      send(id)
    })
  }

  answer(message: Playback): void {
    if (message.re !== undefined) this.#settle(message.re)?.resolve(message)
  }

  /** Whether the error was the answer to a request. */
  refuse(message: ErrorMessage): boolean {
    const waiting = message.re === undefined ? undefined : this.#settle(message.re)
    waiting?.reject(new SegueError(message.name, message.message, message.retriable))
    return waiting !== undefined
  }

  rejectAll(error: SegueError): void {
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error)
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting !== undefined) clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    return waiting
  }
}
