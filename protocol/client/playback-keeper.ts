/** Owns what the client knows of playback, and how it goes on as a new stream when its session was lost (R3). */

import type { Playback } from '../messages/playback.ts'
import type { ReasonStart } from '../vocabulary.ts'
import type { SegueError } from './segue-error.ts'

const RETRY_MS = 1_000
/** The open stream, and the one before it, of which something may still be told. */
const STREAMS_REMEMBERED = 2

/** What to play; the open stream, if any, ends. */
export interface PlayWish {
  readonly track_id: string
  readonly position_ms?: number
  readonly from_ms?: number
  readonly reason?: ReasonStart
  /** Of the `conflicts` of a `stream_limit`: the device to stop for this. */
  readonly instead_of_device_id?: string
}

export interface PlaybackKeeperParts {
  play(wish: PlayWish): Promise<Playback>
  /** Where the playhead is, as the player says. */
  positionMs(): number | undefined
  /** What plays next, as the gateway last said. */
  nextTrackId(): string | undefined
  serverNowMs(): number
  /** Playback is now so. */
  changed(playback: Playback): void
}

export class PlaybackKeeper {
  readonly #parts: PlaybackKeeperParts
  #current: Playback | undefined
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  readonly #fences = new Map<string, number>()

  constructor(parts: PlaybackKeeperParts) {
    this.#parts = parts
  }

  /** The open stream as last said, with its track or advertisement; undefined when none is open. */
  get current(): Playback | undefined {
    return this.#current
  }

  /** The paused track whose stream was lost with its session: to be begun again where it stood. */
  get lostPause(): PlayWish | undefined {
    const current = this.#current
    if (current === undefined || current.stream_id !== undefined) return undefined
    // The listener asks, now: unlike a reconnect it may take the stream over.
    const wish = this.#wishToGoOn(current, current.position_ms)
    return wish === undefined ? undefined : { ...wish, reason: 'pick' }
  }

  /** Of the lease by which the stream plays, or played last. */
  fenceOf(streamId: string): Pick<Playback, 'fence'> {
    const fence = this.#fences.get(streamId)
    return fence === undefined ? {} : { fence }
  }

  /** The gateway says what plays. */
  told(message: Playback): void {
    this.#noteFence(message)
    const before = this.#current
    const whole = { ...message, ...whatPlays(message, before) }
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
    if (before === undefined) return
    const durationMs = (before.track ?? before.ad)?.duration_ms
    if (durationMs === undefined) return
    const position_ms = Math.min(this.#parts.positionMs() ?? before.position_ms, durationMs)
    const wish = this.#wishToGoOn(before, position_ms)
    if (before.status === 'playing' && wish !== undefined) {
      this.#parts.play({ ...wish, reason: 'reconnect' }).catch((error: SegueError) => {
        this.#onNotContinued(error, position_ms)
      })
    } else if (before.status === 'paused') {
      const { stream_id: _ended, ...paused } = before
      this.#current = { ...paused, position_ms }
    }
  }

  /** The track from where it was; what comes next, where that was an advertisement: it is not begun again. */
  #wishToGoOn({ track, ad }: Playback, position_ms: number): PlayWish | undefined {
    if (track !== undefined)
      return position_ms < track.duration_ms ? { track_id: track.track_id, position_ms } : undefined
    const next = ad === undefined ? undefined : this.#parts.nextTrackId()
    return next === undefined ? undefined : { track_id: next }
  }

  /** The socket is gone: nothing more is tried over it. */
  quiet(): void {
    clearTimeout(this.#retryTimer)
  }

  #noteFence({ stream_id, fence }: Playback): void {
    if (stream_id === undefined || fence === undefined) return
    this.#fences.delete(stream_id)
    this.#fences.set(stream_id, fence)
    const [oldest] = this.#fences.keys()
    if (oldest !== undefined && this.#fences.size > STREAMS_REMEMBERED) this.#fences.delete(oldest)
  }

  #onNotContinued(error: SegueError, position_ms: number): void {
    // The socket went again: the next one goes on from here.
    if (error.code === 'disconnected' || error.code === 'closed') return
    if (error.retriable) {
      this.#retryTimer = setTimeout(() => this.goOn(), RETRY_MS)
      return
    }
    const at_ms = Math.round(this.#parts.serverNowMs())
    this.told({ type: 'playback', seq: 0, status: 'stopped', position_ms, at_ms, ...whyOf(error) })
  }
}

/** The stream ended with its session. What stands in the way of going on is what the listener is to know (A4). */
function whyOf({ code, conflicts: [other] }: SegueError): Pick<Playback, 'reason' | 'by'> {
  if (code !== 'stream_limit') return { reason: 'failed' }
  if (other === undefined) return { reason: 'evicted' }
  const { device_id, name, kind } = other
  return { reason: 'evicted', by: { device_id, name, kind } }
}

/** The gateway says the track or advertisement once a stream; the client repeats it. */
function whatPlays(message: Playback, before: Playback | undefined): Pick<Playback, 'track' | 'ad'> {
  const said = message.track === undefined && message.ad === undefined && message.stream_id === before?.stream_id
  const { track, ad } = (said ? before : undefined) ?? message
  return { ...(track === undefined ? {} : { track }), ...(ad === undefined ? {} : { ad }) }
}
