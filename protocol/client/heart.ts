/** Owns the heartbeat of a connected client, and noticing that nobody answers (H1, H3, R4). */

import type { Heartbeat } from '../messages/heartbeat.ts'
import type { PlayerPosition } from './options.ts'

/** After this many in a row without an answer the line is taken for dead. */
const MOST_UNANSWERED = 2
/** A timer that is later than this says more about us than about the line: we were frozen, asleep or starved. */
const LATE_MS = 1_000
/** A line that is in doubt has this long to answer a heartbeat. */
export const PROBE_MS = 3_000
/** Whoever is late even for the answer asks again, and after this many gives up all the same. */
const MOST_LATE_PROBES = 3

/** The open stream, where its playhead is, and the fence by which it plays. */
export interface Playing {
  readonly streamId: string
  readonly at: PlayerPosition
  readonly fence?: number
}

export interface HeartParts {
  readonly firstMs: number
  readonly intervalMs: number
  send(message: Heartbeat): void
  playing(): Playing | undefined
  /** Percent. */
  volume(): number | undefined
  /** Nobody answers. */
  dead(): void
}

export class Heart {
  readonly #parts: HeartParts
  #unanswered = 0
  /** `sent_at_ms` of the heartbeat by which the line is tried: its own answer counts, not one that was on its way before. */
  #probe: number | undefined
  #lateProbes = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** On the wall clock, which goes on while the machine sleeps. */
  #dueMs = 0

  constructor(parts: HeartParts) {
    this.#parts = parts
    this.#after(parts.firstMs, () => this.#beat())
  }

  answered(sentAtMs: number): void {
    this.#unanswered = 0
    if (this.#probe === undefined || sentAtMs < this.#probe) return
    this.#probe = undefined
    this.#lateProbes = 0
    this.#after(this.#parts.intervalMs, () => this.#beat())
  }

  /** The line may be another one, or gone: it is tried at once. */
  probe(): void {
    if (this.#probe === undefined) this.#try()
  }

  /** One beside those that are due; whether it is answered does not matter. */
  beatNow(): void {
    this.#send()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #beat(): void {
    if (this.#isLate) {
      this.#try()
    } else if (this.#unanswered >= MOST_UNANSWERED) {
      this.#parts.dead()
    } else {
      this.#unanswered += 1
      this.#after(this.#parts.intervalMs, () => this.#beat())
      this.#send()
    }
  }

  #try(): void {
    this.#after(PROBE_MS, () => this.#onNoAnswer())
    this.#probe = this.#send()
  }

  /** The answer may wait unread: who wakes up late does not know. */
  #onNoAnswer(): void {
    this.#lateProbes += 1
    if (this.#isLate && this.#lateProbes < MOST_LATE_PROBES) this.#try()
    else this.#parts.dead()
  }

  get #isLate(): boolean {
    return Date.now() - this.#dueMs > LATE_MS
  }

  #after(waitMs: number, act: () => void): void {
    clearTimeout(this.#timer)
    this.#dueMs = Date.now() + waitMs
    this.#timer = setTimeout(act, waitMs)
  }

  #send(): number {
    const sent_at_ms = Date.now()
    const playing = this.#parts.playing()
    const volume = this.#parts.volume()
    this.#parts.send({
      type: 'heartbeat',
      sent_at_ms,
      ...(volume === undefined ? {} : { volume_percent: Math.round(Math.min(100, Math.max(0, volume))) }),
      ...(playing === undefined
        ? {}
        : {
            stream_id: playing.streamId,
            position_ms: Math.max(0, Math.round(playing.at.position_ms)),
            buffer_ms: Math.max(0, Math.round(playing.at.buffer_ms)),
            ...(playing.fence === undefined ? {} : { fence: playing.fence }),
          }),
    })
    return sent_at_ms
  }
}
