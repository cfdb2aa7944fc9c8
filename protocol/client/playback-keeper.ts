/** Owns what the client knows of playback, and how it goes on as a new stream when its session was lost (R3). */

import type { Playback } from '../messages/playback.ts'
import type { ReasonStart } from '../vocabulary.ts'
import type { SegueError } from './segue-error.ts'

const RETRY_MS = 1_000

/** What to play; the open stream, if any, ends. */
export interface PlayWish {
  readonly track_id: string
  readonly position_ms?: number
  readonly from_ms?: number
  readonly reason?: ReasonStart
}

export interface PlaybackKeeperParts {
  play(wish: PlayWish): Promise<Playback>
  /** Where the playhead is, as the player says. */
  positionMs(): number | undefined
  serverNowMs(): number
  /** Playback is now so. */
  changed(playback: Playback): void
}

export class PlaybackKeeper {
  readonly #parts: PlaybackKeeperParts
  #current: Playback | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: PlaybackKeeperParts) {
    this.#parts = parts
  }

  /** The open stream as last said, with its track; undefined when none is open. */
  get current(): Playback | undefined {
    return this.#current
  }

  /** The paused track whose stream was lost with its session: to be begun again where it stood. */
  get lostPause(): PlayWish | undefined {
    const current = this.#current
    if (current?.track === undefined || current.stream_id !== undefined) return undefined
    return { track_id: current.track.track_id, position_ms: current.position_ms, reason: 'reconnect' }
  }

  /** The gateway says what plays. */
  told(message: Playback): void {
    const before = this.#current
    const whole = { ...message, ...trackOf(message, before) }
    clearTimeout(this.#retryTimer)
    this.#current = message.status === 'stopped' ? undefined : whole
    this.#parts.changed(whole)
    // The reaper ended the stream while nobody could be heard; the listener goes on listening.
    if (message.reason === 'lost' && message.re === undefined && before?.status === 'playing') {
      this.#current = before
      this.goOn()
    }
  }

  /** The session of the open stream is lost; what was playing goes on as a new stream, from where the playhead is. */
  goOn(): void {
    const before = this.#current
    if (before?.track === undefined) return
    const { track } = before
    const position_ms = Math.min(this.#parts.positionMs() ?? before.position_ms, track.duration_ms)
    if (before.status === 'playing' && position_ms < track.duration_ms) {
      this.#parts.play({ track_id: track.track_id, position_ms, reason: 'reconnect' }).catch((error: SegueError) => {
        this.#onNotContinued(error, position_ms)
      })
    } else if (before.status === 'paused') {
      const { stream_id: _ended, ...paused } = before
      this.#current = { ...paused, position_ms }
    }
  }

  /** The socket is gone: nothing more is tried over it. */
  quiet(): void {
    clearTimeout(this.#retryTimer)
  }

  #onNotContinued(error: SegueError, position_ms: number): void {
    // The socket went again: the next one goes on from here.
    if (error.code === 'disconnected' || error.code === 'closed') return
    if (error.retriable) {
      this.#retryTimer = setTimeout(() => this.goOn(), RETRY_MS)
      return
    }
    const at_ms = Math.round(this.#parts.serverNowMs())
    this.told({ type: 'playback', seq: 0, status: 'stopped', position_ms, at_ms, reason: 'lost' })
  }
}

/** The gateway says the track once a stream; the client repeats it. */
function trackOf(message: Playback, before: Playback | undefined): Pick<Playback, 'track'> {
  const track = message.track ?? (message.stream_id === before?.stream_id ? before?.track : undefined)
  return track === undefined ? {} : { track }
}
