/** Owns what a listener's device plays: a playhead that moves over chunks it holds, and stands still where it has none. */

import type { TrackInfo } from '../../protocol/messages/playback.ts'

/** How a player moves, and what it says of it. An honest one plays at speed 1 what it holds. */
export interface Manner {
  readonly speed: number
  /** Says that it plays though it has no audio. */
  readonly withoutAudio: boolean
}

export const HONEST: Manner = { speed: 1, withoutAudio: false }

/** Where it begins. */
export interface Start {
  readonly streamId: string
  readonly positionMs: number
  readonly moving: boolean
  readonly nowMs: number
}

/** It moved, in truth, from one place to another. */
type Moved = (playhead: Playhead, fromMs: number, toMs: number) => void

export class Playhead {
  readonly track: TrackInfo
  readonly #manner: Manner
  streamId: string
  moving: boolean
  /** The device is asleep: nothing is heard. */
  asleep = false
  #positionMs: number
  #sinceMs: number
  #reachMs: number
  /** In the buffer. */
  readonly #held = new Set<number>()
  /** Granted to this stream: what makes them count. */
  #granted = new Set<number>()
  readonly #moved: Moved

  constructor(track: TrackInfo, start: Start, manner: Manner, moved: Moved) {
    this.track = track
    this.streamId = start.streamId
    this.moving = start.moving
    this.#manner = manner
    this.#moved = moved
    this.#positionMs = start.positionMs
    this.#sinceMs = start.nowMs
    this.#reachMs = start.positionMs
  }

  positionMs(nowMs: number): number {
    if (!this.moving || this.asleep) return this.#positionMs
    const passedMs = (nowMs - this.#sinceMs) * this.#manner.speed
    const limitMs = this.#manner.withoutAudio ? this.track.duration_ms : this.#reachMs
    return Math.max(this.#positionMs, Math.min(this.#positionMs + passedMs, limitMs))
  }

  /** What passed until now is heard; from here on another rule may hold. */
  settle(nowMs: number): void {
    const positionMs = this.positionMs(nowMs)
    if (positionMs > this.#positionMs) this.#moved(this, this.#positionMs, positionMs)
    this.#positionMs = positionMs
    this.#sinceMs = nowMs
  }

  move(moving: boolean, nowMs: number): void {
    this.settle(nowMs)
    this.moving = moving
  }

  jump(positionMs: number, nowMs: number): void {
    this.settle(nowMs)
    this.#positionMs = positionMs
    this.#measure()
  }

  /** Another stream goes on with what is in the buffer. */
  goOnAs(streamId: string, moving: boolean, nowMs: number): void {
    this.move(moving, nowMs)
    if (streamId === this.streamId) return
    this.streamId = streamId
    this.#granted = new Set()
  }

  grant(chunk: number): void {
    this.#granted.add(chunk)
  }

  hold(chunks: readonly number[], nowMs: number): void {
    this.settle(nowMs)
    for (const chunk of chunks) this.#held.add(chunk)
    this.#measure()
  }

  /** The first chunk from the playhead on that is not both held and granted. */
  nextWanted(nowMs: number): number {
    let chunk = Math.floor(this.positionMs(nowMs) / this.track.chunk_ms)
    while (this.#held.has(chunk) && this.#granted.has(chunk)) chunk += 1
    return chunk
  }

  aheadMs(nowMs: number): number {
    return Math.max(0, this.#reachMs - this.positionMs(nowMs))
  }

  holdsTheRest(): boolean {
    return this.#reachMs >= this.track.duration_ms
  }

  isOver(nowMs: number): boolean {
    return this.positionMs(nowMs) >= this.track.duration_ms
  }

  #measure(): void {
    const { chunk_ms, duration_ms } = this.track
    let chunk = Math.floor(this.#positionMs / chunk_ms)
    while (this.#held.has(chunk)) chunk += 1
    this.#reachMs = Math.max(this.#positionMs, Math.min(chunk * chunk_ms, duration_ms))
  }
}
