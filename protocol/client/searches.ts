/** Owns the searches that wait for what they find: of this socket alone, and never asked again. */

import type { ErrorMessage } from '../messages/error.ts'
import type { Found } from '../messages/found.ts'
import type { Search } from '../messages/search.ts'
import { SegueError } from './segue-error.ts'

export type SearchWish = Omit<Search, 'type' | 'id'>

interface Waiting {
  resolve(found: Found): void
  reject(error: SegueError): void
  readonly timer: ReturnType<typeof setTimeout>
}

export class Searches {
  readonly #waiting = new Map<number, Waiting>()
  readonly #timeoutMs: number

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  ask(search: Search, send: (search: Search) => void): Promise<Found> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#settle(search.id)?.reject(new SegueError('timeout', `no answer within ${this.#timeoutMs} ms`, true))
      }, this.#timeoutMs)
      this.#waiting.set(search.id, { resolve, reject, timer })
      send(search)
    })
  }

  found(message: Found): void {
    this.#settle(message.re)?.resolve(message)
  }

  /** Whether the error was the answer to a search. */
  refuse(message: ErrorMessage): boolean {
    const waiting = message.re === undefined ? undefined : this.#settle(message.re)
    waiting?.reject(new SegueError(message.name, message.message, message.retriable))
    return waiting !== undefined
  }

  /** The socket is gone, and the answers with it. */
  quiet(): void {
    for (const id of [...this.#waiting.keys()])
      this.#settle(id)?.reject(new SegueError('disconnected', 'the connection was lost', true))
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting !== undefined) clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    return waiting
  }
}
