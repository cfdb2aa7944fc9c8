/** Owns the requests that wait for their answer: asked again after a resume when they never arrived. */

import type { Done } from '../messages/done.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Playback } from '../messages/playback.ts'
import type { RequestType, UpMessage } from '../messages/up.ts'
import { SegueError } from './segue-error.ts'

/** What is answered once, by `playback`, `done` or `error`. */
export type Request = Extract<UpMessage, { type: RequestType }>

/** Its number is given as it is asked. */
export type WithoutId = Request extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never

interface Waiting {
  readonly request: Request
  resolve(answer: Playback | Done): void
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

  /** How many wait for their answer. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** An id that no request has. */
  nextId(): number {
    const id = this.#nextId
    this.#nextId += 1
    return id
  }

  /** Sends `request` and waits for the answer that repeats its id. */
  ask(request: Request, send: (request: Request) => void): Promise<Playback | Done> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(request.id)
        reject(new SegueError('timeout', `no answer within ${this.#timeoutMs} ms`, true))
      }, this.#timeoutMs)
      this.#waiting.set(request.id, { request, resolve, reject, timer })
      send(request)
    })
  }

  /** After a resume: those that the session never answered are sent again, in their order. */
  askAgain(lastAnswered: number, send: (request: Request) => void): void {
    for (const [id, { request }] of this.#waiting) if (id > lastAnswered) send(request)
  }

  answer(message: Playback | Done): void {
    if (message.re !== undefined) this.#settle(message.re)?.resolve(message)
  }

  /** Whether the error was the answer to a request. */
  refuse(message: ErrorMessage): boolean {
    const waiting = message.re === undefined ? undefined : this.#settle(message.re)
    waiting?.reject(new SegueError(message.name, message.message, message.retriable, message.conflicts))
    return waiting !== undefined
  }

  /** Those up to `lastAnswered` were answered, and the answers are lost. */
  rejectAnswered(lastAnswered: number, error: SegueError): void {
    for (const id of [...this.#waiting.keys()]) if (id <= lastAnswered) this.#settle(id)?.reject(error)
  }

  rejectAll(error: SegueError): void {
    this.rejectAnswered(Number.POSITIVE_INFINITY, error)
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting !== undefined) clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    return waiting
  }
}
