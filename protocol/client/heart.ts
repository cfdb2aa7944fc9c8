/** Owns the heartbeat of a connected client, and noticing that nobody answers (H1, H3). */

import type { Heartbeat } from '../messages/heartbeat.ts'
import type { PlayerPosition } from './options.ts'

/** After this many in a row without an answer the line is taken for dead. */
const MOST_UNANSWERED = 2

export interface HeartParts {
  readonly firstMs: number
  readonly intervalMs: number
  send(message: Heartbeat): void
  /** The open stream and where its playhead is. */
  playing(): { readonly streamId: string; readonly at: PlayerPosition } | undefined
  /** Nobody answers. */
  dead(): void
}

export class Heart {
  readonly #parts: HeartParts
  #unanswered = 0
  #timer: ReturnType<typeof setTimeout>

  constructor(parts: HeartParts) {
    this.#parts = parts
    this.#timer = setTimeout(() => this.#beat(), parts.firstMs)
  }

  answered(): void {
    this.#unanswered = 0
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #beat(): void {
    if (this.#unanswered >= MOST_UNANSWERED) {
      this.#parts.dead()
      return
    }
    this.#unanswered += 1
    this.#timer = setTimeout(() => this.#beat(), this.#parts.intervalMs)
    const playing = this.#parts.playing()
    this.#parts.send({
      type: 'heartbeat',
      sent_at_ms: Date.now(),
      ...(playing === undefined
        ? {}
        : {
            stream_id: playing.streamId,
            position_ms: Math.max(0, Math.round(playing.at.position_ms)),
            buffer_ms: Math.max(0, Math.round(playing.at.buffer_ms)),
          }),
    })
  }
}
