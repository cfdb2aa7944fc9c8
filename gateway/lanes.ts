/** Owns what waits for a client that reads slower than it is told: by priority, the newest recommendation only (L1, L2). */

import type { DownType } from '../protocol/messages/down.ts'

/** What goes first stands first. */
export const LANES = ['control', 'chunks', 'acknowledgements', 'recommendations'] as const
export type Lane = (typeof LANES)[number]

export const LANE_OF: Readonly<Record<DownType, Lane>> = {
  hello: 'control',
  ready: 'control',
  resumed: 'control',
  refreshed: 'control',
  heartbeat_ack: 'control',
  playback: 'control',
  error: 'control',
  goaway: 'control',
  commanded: 'control',
  notice: 'acknowledgements',
  done: 'control',
  grant: 'chunks',
  ack: 'acknowledgements',
  found: 'acknowledgements',
  up_next: 'recommendations',
  devices: 'recommendations',
}

export type Frame = Uint8Array | string

export class Lanes {
  readonly #waiting: Readonly<Record<Exclude<Lane, 'recommendations'>, Frame[]>> = {
    control: [],
    chunks: [],
    acknowledgements: [],
  }
  /** Of each of these messages the newest alone. */
  readonly #newest = new Map<DownType, Frame>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  /** True: an older state, which nobody needs any more, has gone for it. */
  put(type: DownType, frame: Frame): boolean {
    const lane = LANE_OF[type]
    this.#bytes += lengthOf(frame)
    if (lane !== 'recommendations') {
      this.#waiting[lane].push(frame)
      return false
    }
    const replaced = this.#newest.get(type)
    this.#newest.set(type, frame)
    if (replaced !== undefined) this.#bytes -= lengthOf(replaced)
    return replaced !== undefined
  }

  /** The oldest of the highest lane in which anything waits. */
  take(): Frame | undefined {
    const { control, chunks, acknowledgements } = this.#waiting
    const frame = control.shift() ?? chunks.shift() ?? acknowledgements.shift() ?? this.#takeNewest()
    if (frame !== undefined) this.#bytes -= lengthOf(frame)
    return frame
  }

  #takeNewest(): Frame | undefined {
    for (const [type, frame] of this.#newest) {
      this.#newest.delete(type)
      return frame
    }
    return undefined
  }

  /** Forgets what waits in `lane`, and says how many that were. */
  clear(lane: Lane): number {
    const dropped = lane === 'recommendations' ? [...this.#newest.values()] : this.#waiting[lane].splice(0)
    if (lane === 'recommendations') this.#newest.clear()
    for (const frame of dropped) this.#bytes -= lengthOf(frame)
    return dropped.length
  }
}

function lengthOf(frame: Frame): number {
  return typeof frame === 'string' ? Buffer.byteLength(frame) : frame.byteLength
}
