/** Owns one client of the bench: its line, how far it has come, and what it has under way. */

import { OPCODE } from '../../storms/generator/frames.ts'
import { type Route, Wire, type WireOwner } from '../../storms/generator/wire.ts'
import type { Voice, VoiceLine } from './voice.ts'

export interface ClientEvents {
  ready(client: Client): void
  /** So many answers have come in one go. */
  answered(client: Client, answers: number): void
  other(client: Client, what: string): void
  ended(client: Client, why: string): void
}

export class Client implements WireOwner, VoiceLine {
  readonly voice: Voice
  readonly #events: ClientEvents
  #wire: Wire | undefined
  #answers = 0
  isReady = false
  /** What is said and not answered. */
  underWay = 0
  /** When each of those that are kept under way was said, in turn. */
  saidAtMs = new Float64Array(1)
  turn = 0

  constructor(voice: Voice, events: ClientEvents) {
    this.voice = voice
    this.#events = events
  }

  connect(route: Route): void {
    this.#wire = new Wire(this, route, this.voice)
  }

  say(count: number): void {
    this.underWay += count
    this.#wire?.write(this.voice.frames(count))
  }

  /** The line breaks, without our being told that it ended. */
  drop(): void {
    const wire = this.#wire
    this.#wire = undefined
    this.isReady = false
    this.underWay = 0
    wire?.reset()
  }

  send(payload: Uint8Array | string): void {
    if (typeof payload === 'string') this.#wire?.send(Buffer.from(payload), OPCODE.text)
    else this.#wire?.send(payload)
  }

  opened(): void {
    this.voice.begin(this)
  }

  heard(wire: Wire, payload: Buffer): void {
    if (wire !== this.#wire) return
    const heard = this.voice.heard(payload)
    if (typeof heard === 'number') this.#answers += heard
    else if (heard === 'ready') {
      if (this.isReady) return
      this.isReady = true
      this.#events.ready(this)
    } else this.#events.other(this, this.voice.otherWas)
  }

  paused(): void {
    const answers = this.#answers
    if (answers === 0) return
    this.#answers = 0
    this.underWay -= answers
    this.#events.answered(this, answers)
  }

  ended(wire: Wire, why: string): void {
    if (wire !== this.#wire) return
    this.#wire = undefined
    this.isReady = false
    this.#events.ended(this, why)
  }
}
