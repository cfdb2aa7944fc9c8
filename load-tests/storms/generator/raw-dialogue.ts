/** Owns the dialogue with the floor: a greeting, and an answer a request. Nothing is numbered, so nothing comes again. */

import type { Tally } from '../tally.ts'
import type { Dialogue, Line } from './dialogue.ts'

const REQUEST = new Uint8Array(64)

export class RawDialogue implements Dialogue {
  readonly subprotocol = 'raw'
  readonly path = '/ws'
  /** What did not come in time never will. */
  readonly unanswered = 0
  readonly unacked = 0
  readonly ackedEvents = 0
  readonly #tally: Tally
  #line: Line | undefined
  #greeted = false

  constructor(tally: Tally) {
    this.#tally = tally
  }

  begin(line: Line): void {
    this.#line = line
    this.#greeted = false
  }

  heard(): void {
    if (this.#greeted) {
      this.#tally.answered += 1
      return
    }
    this.#greeted = true
    this.#line?.caughtUp()
  }

  silence(): void {
    this.#line = undefined
  }

  ask(): void {
    if (this.#line === undefined) return
    this.#tally.asked += 1
    this.#line.send(REQUEST)
  }

  report(): void {}
}
