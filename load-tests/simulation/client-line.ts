/** Owns a client's way to its gateways: one line at a time, and the waits before the next (R1). */

import { closeName, isRetriableClose } from '../../protocol/close-codes.ts'
import { encodeMessage } from '../../protocol/codec.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { Line } from './network.ts'
import type { Actor, Task, World } from './world.ts'

const CONNECT_TIMEOUT_MS = 15_000
const STABLE_AFTER_MS = 10_000
const FIRST_BACKOFF_MS = 500
const MOST_BACKOFF_MS = 30_000
const OVERLOADED_ATTEMPTS = 3
const FAILED_PAUSE_MS = 60_000
const GIVEN_UP = 3000

export interface ClientLineParts {
  readonly world: World
  readonly actor: Actor
  /** A line to some gateway, or undefined when none takes it. */
  readonly connect: () => Line | undefined
  readonly hear: (message: DownMessage) => void
  /** The line is gone: what belonged to it stops. */
  readonly quiet: () => void
  readonly closed: (code: number, name: string) => void
  /** It will not come back by itself: the session is over. */
  readonly failed: (name: string) => void
  /** It waits to connect again. */
  readonly waiting: () => void
}

export type Phase = 'closed' | 'disconnected' | 'connecting' | 'resuming' | 'authenticating' | 'connected'

export class ClientLine {
  readonly #parts: ClientLineParts
  readonly #world: World
  phase: Phase = 'closed'
  line: Line | undefined
  #attempt = 0
  #slotMs: number | undefined
  #openSinceMs: number | undefined
  #openMs = 0
  /** What belongs to the current socket. */
  #tasks: Task[] = []

  constructor(parts: ClientLineParts) {
    this.#parts = parts
    this.#world = parts.world
  }

  open(): void {
    if (this.phase !== 'closed') return
    this.#openSinceMs = this.#world.nowMs
    this.#connect()
  }

  /** How long it was open until now, with a line or without. */
  get openMs(): number {
    return this.#openMs + (this.#openSinceMs === undefined ? 0 : this.#world.nowMs - this.#openSinceMs)
  }

  /** Ends for good: with a word, or as a process that is killed. */
  close(how: (line: Line) => void): void {
    this.#quiet()
    if (this.line !== undefined) how(this.line)
    this.line = undefined
    this.#shut()
  }

  #shut(): void {
    this.#openMs = this.openMs
    this.#openSinceMs = undefined
    this.phase = 'closed'
  }

  send(message: UpMessage): void {
    this.line?.up(encodeMessage(message, 'msgpack') as Uint8Array, message)
  }

  connected(): void {
    this.phase = 'connected'
    this.after(STABLE_AFTER_MS, () => {
      this.#attempt = 0
    })
  }

  /** The gateway says when to come back. */
  comeBackAfter(ms: number): void {
    this.#slotMs = ms
    this.drop()
  }

  /** For as long as this line lives. */
  after(delayMs: number, run: () => void): void {
    this.#tasks.push(this.#world.after(delayMs, this.#parts.actor, run))
    if (this.#tasks.length > 8) {
      this.#tasks = this.#tasks.filter((task) => !task.cancelled && task.atMs >= this.#world.nowMs)
    }
  }

  /** The line is given up, the session is not. */
  drop(): void {
    const { line } = this
    if (line === undefined) return
    line.leave(GIVEN_UP)
    this.#onClosed(line, GIVEN_UP)
  }

  #connect(): void {
    this.phase = 'connecting'
    this.#quiet()
    const line = this.#parts.connect()
    this.line = line
    if (line === undefined) {
      this.#world.after(5, this.#parts.actor, () => this.#again('unknown'))
      return
    }
    line.clientEnd = {
      message: (message) => {
        if (line !== this.line) return
        line.unreadBytes = 0
        this.#parts.hear(message)
      },
      closed: (code) => this.#onClosed(line, code),
    }
    this.after(CONNECT_TIMEOUT_MS, () => {
      if (this.phase !== 'connected') this.drop()
    })
  }

  #quiet(): void {
    for (const task of this.#tasks) task.cancel()
    this.#tasks = []
    this.#parts.quiet()
  }

  #onClosed(line: Line, code: number): void {
    if (line !== this.line) return
    this.line = undefined
    this.#quiet()
    const name = closeName(code)
    this.#parts.closed(code, name)
    if (isRetriableClose(code)) {
      this.#again(name)
      return
    }
    this.#parts.failed(name)
    this.#shut()
    this.#world.after(FAILED_PAUSE_MS, this.#parts.actor, () => this.open())
  }

  #again(name: string): void {
    if (this.phase === 'closed') return
    this.phase = 'disconnected'
    const mostMs = Math.min(MOST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(this.#attempt, 20))
    const waitMs = this.#slotMs ?? this.#world.random() * mostMs
    this.#slotMs = undefined
    this.#attempt += name === 'overloaded' ? OVERLOADED_ATTEMPTS : 1
    this.#parts.waiting()
    this.#world.after(waitMs, this.#parts.actor, () => {
      if (this.phase === 'disconnected') this.#connect()
    })
  }
}
