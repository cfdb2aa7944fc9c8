/** Owns what a client plays: its playhead as the gateway's words move it, the chunks it asks for, what it reports (K1, R3). */

import type { Playback } from '../../protocol/messages/playback.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'
import { type Manner, Playhead } from './playhead.ts'
import type { Profile } from './profile.ts'
import type { Actor, Task, World } from './world.ts'

const FETCH_MS = 150
const STALLED_AGAIN_MS = 5_000
/** A stream of the same track is the one before, gone on, when it begins this near to where that is. */
const NEAR_MS = 60_000

export interface PlayerParts {
  readonly world: World
  readonly actor: Actor
  readonly manner: Manner
  readonly profile: Profile
  /** Whether anything can be said now, and nothing waits for its answer. */
  readonly isConnected: () => boolean
  readonly isIdle: () => boolean
  readonly send: (message: UpMessage) => void
  /** The track is over. */
  readonly next: () => void
  /** The session was lost: the track goes on as a new stream. */
  readonly playOn: (trackId: string, positionMs: number) => void
  readonly report: (event: Omit<TelemetryEvent, 'id' | 'seq' | 'at_ms'>) => void
  /** What plays, as the client knows it from now on. */
  readonly told: () => void
  /** The playhead moved so while this stream was the open one. */
  readonly moved: (playhead: Playhead, fromMs: number, toMs: number) => void
}

export class SimPlayer {
  readonly #parts: PlayerParts
  readonly #world: World
  playhead: Playhead | undefined
  /** The status of the open stream, as the gateway said it last. */
  status: Playback['status'] = 'stopped'
  /** Of the newest `playback` that had one; 0: none had. */
  fence = 0
  #tickTask: Task | undefined
  #reportedMs = 0

  constructor(parts: PlayerParts) {
    this.#parts = parts
    this.#world = parts.world
  }

  get positionMs(): number {
    return Math.round(this.playhead?.positionMs(this.#world.nowMs) ?? 0)
  }

  /** As it goes with what is asked about the stream (A5). */
  get fenced(): { fence?: number } {
    return this.fence > 0 ? { fence: this.fence } : {}
  }

  /** Counts what was heard until now. */
  rest(): void {
    this.playhead?.settle(this.#world.nowMs)
  }

  stop(): void {
    this.rest()
    this.playhead = undefined
    this.status = 'stopped'
    this.#parts.told()
    this.#tickTask?.cancel()
  }

  move(moving: boolean): void {
    this.playhead?.move(moving, this.#world.nowMs)
  }

  /** What the listener wished to leave goes on; a wish that will be wished again needs no look at the end of the track meanwhile, and one that was refused there is not repeated at once. */
  goOnFrom(retried: boolean): void {
    this.move(true)
    if (retried || this.playhead?.isOver(this.#world.nowMs)) this.#tickIn(STALLED_AGAIN_MS)
    else this.tick()
  }

  sleep(): void {
    this.rest()
    if (this.playhead !== undefined) this.playhead.asleep = true
  }

  wake(): void {
    if (this.playhead === undefined) return
    this.playhead.settle(this.#world.nowMs)
    this.playhead.asleep = false
  }

  report(kind: TelemetryEvent['kind']): void {
    if (this.playhead === undefined) return
    this.#parts.report({ kind, stream_id: this.playhead.streamId, position_ms: this.positionMs })
  }

  credit(): void {
    const { playhead } = this
    if (playhead === undefined || !this.#parts.isConnected() || this.status !== 'playing') return
    const next_chunk = playhead.nextWanted(this.#world.nowMs)
    if (next_chunk * playhead.track.chunk_ms >= playhead.track.duration_ms) return
    const { creditChunks } = this.#parts.profile
    this.#parts.send({
      type: 'credit',
      stream_id: playhead.streamId,
      bitrate_kbps: 160,
      next_chunk,
      chunks: creditChunks,
      ...this.fenced,
    })
  }

  /** @param goesOn a stream of the same track, if near, goes on where the one before broke off */
  told(message: Playback, goesOn: boolean): void {
    this.fence = message.fence ?? this.fence
    if (message.status === 'stopped') this.#toldOver(message)
    else this.#toldOpen(message, goesOn)
  }

  #toldOver(message: Playback): void {
    const { playhead } = this
    const lost = message.reason === 'lost' && message.re === undefined && this.status === 'playing'
    this.rest()
    this.status = 'stopped'
    if (lost && playhead !== undefined && message.stream_id === playhead.streamId) this.goOn('playing')
    else this.stop()
    this.#parts.told()
  }

  #toldOpen(message: Playback, goesOn: boolean): void {
    const { playhead: before } = this
    const { nowMs } = this.#world
    this.status = message.status
    const moving = message.status === 'playing'
    const track = message.track ?? before?.track
    const { stream_id: streamId, position_ms: positionMs } = message
    if (streamId === undefined || track === undefined) return
    if (before?.streamId === streamId) {
      if (before.moving !== moving) before.move(moving, nowMs)
    } else {
      this.rest()
      const isNear = before !== undefined && Math.abs(before.positionMs(nowMs) - positionMs) < NEAR_MS
      if (isNear && before.track.track_id === track.track_id && goesOn) {
        before.goOnAs(streamId, moving, nowMs)
        // What was heard since it was asked for is the new stream's.
        const heardMs = before.positionMs(nowMs) - positionMs
        if (heardMs > 0) this.#parts.moved(before, positionMs, positionMs + heardMs)
      } else {
        const start = { streamId, positionMs, moving, nowMs }
        this.playhead = new Playhead(track, start, this.#parts.manner, this.#parts.moved)
      }
      this.#reportedMs = nowMs
      this.report('started')
    }
    this.#parts.told()
    this.credit()
    this.tick()
  }

  /** R3: what was playing goes on as a new stream. */
  goOn(was: Playback['status'] = this.status): void {
    const { playhead } = this
    if (playhead === undefined) return
    if (was === 'playing' && !playhead.isOver(this.#world.nowMs)) {
      this.#parts.playOn(playhead.track.track_id, this.positionMs)
    } else this.stop()
  }

  granted(streamId: string, chunks: readonly number[]): void {
    const { playhead } = this
    if (playhead === undefined || streamId !== playhead.streamId) return
    for (const chunk of chunks) playhead.grant(chunk)
    this.#world.after(this.#world.around(FETCH_MS), this.#parts.actor, () => {
      if (this.playhead !== playhead) return
      playhead.hold(chunks, this.#world.nowMs)
      this.tick()
    })
  }

  /** Looks at the playhead, and sets when to look again: at the end of the track, of the buffer, or for the next report. */
  tick(): void {
    this.#tickTask?.cancel()
    const { playhead } = this
    if (playhead === undefined || !playhead.moving) return
    const { profile, manner, isConnected, isIdle, next } = this.#parts
    const { nowMs } = this.#world
    const positionMs = playhead.positionMs(nowMs)
    if (playhead.isOver(nowMs)) {
      if (isConnected() && isIdle()) {
        this.report('completed')
        next()
      }
      this.#tickIn(STALLED_AGAIN_MS)
      return
    }
    if (nowMs - this.#reportedMs >= profile.reportEveryMs) {
      this.#reportedMs = nowMs
      this.report('position')
    }
    // What is held and was not granted to this stream does not count: it is asked for as well.
    const aheadMs = playhead.nextWanted(nowMs) * playhead.track.chunk_ms - positionMs
    let nextMs = this.#reportedMs + profile.reportEveryMs - nowMs
    const restMs = playhead.track.duration_ms - positionMs
    if (playhead.holdsTheRest() || manner.withoutAudio) nextMs = Math.min(nextMs, restMs / manner.speed)
    if (aheadMs < restMs && aheadMs <= profile.creditBelowMs) {
      this.credit()
      nextMs = Math.min(nextMs, STALLED_AGAIN_MS)
    } else if (aheadMs < restMs) nextMs = Math.min(nextMs, (aheadMs - profile.creditBelowMs) / manner.speed)
    this.#tickIn(nextMs)
  }

  #tickIn(delayMs: number): void {
    this.#tickTask?.cancel()
    this.#tickTask = this.#world.after(Math.max(50, Math.ceil(delayMs)), this.#parts.actor, () => this.tick())
  }
}
