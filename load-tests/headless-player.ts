/** Owns a player without ears: it fetches the granted chunks for real, and moves its playhead over them in real time. */

import type { Client, Grant, Playback, TrackInfo } from '../protocol/client/index.ts'
import type { BitrateKbps } from '../protocol/vocabulary.ts'

const TICK_MS = 50
const AHEAD_CHUNKS = 5
const BITRATE: BitrateKbps = 160

interface Playing {
  readonly track: TrackInfo
  streamId: string
  positionMs: number
  moving: boolean
  /** Held. */
  readonly chunks: Set<number>
  /** Granted to this stream, which is what makes them count. */
  granted: Set<number>
  readonly wanted: Set<number>
  beganAtMs: number
  started: boolean
  reportedMs: number
}

export interface HeadlessPlayerOptions {
  readonly client: Client
  /** How often a `position` event is reported, in ms of play. */
  readonly reportEveryMs?: number
}

export class HeadlessPlayer {
  readonly #client: Client
  readonly #reportEveryMs: number
  readonly #timer: ReturnType<typeof setInterval>
  #playing: Playing | undefined
  #lastTickMs = Date.now()
  /** Chunks that the store did not give, with its answer. */
  readonly failures: string[] = []
  bytes = 0

  constructor({ client, reportEveryMs = 10_000 }: HeadlessPlayerOptions) {
    this.#client = client
    this.#reportEveryMs = reportEveryMs
    client.on('playback', (message) => this.#onPlayback(message))
    client.on('resumed', () => this.#ask())
    client.on('grant', (message) => void this.#onGrant(message))
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  get positionMs(): number {
    return Math.round(this.#playing?.positionMs ?? 0)
  }

  /** For the client's heartbeats. */
  position() {
    if (this.#playing === undefined) return undefined
    return { position_ms: this.positionMs, buffer_ms: Math.max(0, this.#reachMs(this.#playing) - this.positionMs) }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #onPlayback(message: Playback): void {
    if (message.status === 'stopped' || message.stream_id === undefined || message.track === undefined) {
      this.#playing = undefined
      return
    }
    const before = this.#playing
    if (before?.track.track_id === message.track.track_id && message.position_ms >= before.positionMs - 1_000) {
      // The same track goes on, perhaps as another stream: what is in the buffer stays.
      if (before.streamId !== message.stream_id) before.granted = new Set()
      before.streamId = message.stream_id
      before.moving = message.status === 'playing'
    } else {
      this.#playing = {
        track: message.track,
        streamId: message.stream_id,
        positionMs: message.position_ms,
        moving: message.status === 'playing',
        chunks: new Set(),
        granted: new Set(),
        wanted: new Set(),
        beganAtMs: Date.now(),
        started: false,
        reportedMs: message.position_ms,
      }
    }
    this.#ask()
  }

  #ask(): void {
    const playing = this.#playing
    if (playing === undefined) return
    let next_chunk = Math.floor(playing.positionMs / playing.track.chunk_ms)
    while (playing.chunks.has(next_chunk) && playing.granted.has(next_chunk)) next_chunk += 1
    this.#client.credit({ stream_id: playing.streamId, bitrate_kbps: BITRATE, next_chunk, chunks: AHEAD_CHUNKS })
  }

  async #onGrant(grant: Grant): Promise<void> {
    const playing = this.#playing
    if (playing === undefined || grant.stream_id !== playing.streamId) return
    for (const { index } of grant.chunks) playing.granted.add(index)
    await Promise.all(
      grant.chunks.map(async ({ index, url }) => {
        if (playing.chunks.has(index) || playing.wanted.has(index)) return
        playing.wanted.add(index)
        const answer = await fetch(url).catch((error: Error) => error)
        playing.wanted.delete(index)
        if (answer instanceof Error || !answer.ok) {
          this.failures.push(`chunk ${index}: ${answer instanceof Error ? answer.message : answer.status}`)
          return
        }
        this.bytes += (await answer.arrayBuffer()).byteLength
        playing.chunks.add(index)
      }),
    )
    if (this.#playing === playing) this.#ask()
  }

  /** Where the buffer ends that begins at the playhead. */
  #reachMs(playing: Playing): number {
    const { chunk_ms, duration_ms } = playing.track
    let chunk = Math.floor(playing.positionMs / chunk_ms)
    while (playing.chunks.has(chunk)) chunk += 1
    const reach = chunk * chunk_ms
    return reach <= playing.positionMs ? playing.positionMs : Math.min(reach, duration_ms)
  }

  #tick(): void {
    const now = Date.now()
    const elapsedMs = now - this.#lastTickMs
    this.#lastTickMs = now
    const playing = this.#playing
    if (playing === undefined || !playing.moving) return
    const reach = this.#reachMs(playing)
    if (reach <= playing.positionMs) return
    const { track, streamId } = playing
    if (!playing.started) {
      playing.started = true
      this.#client.report('started', {
        stream_id: streamId,
        position_ms: this.positionMs,
        startup_ms: now - playing.beganAtMs,
        bitrate_kbps: BITRATE,
      })
      return
    }
    const chunkBefore = Math.floor(playing.positionMs / track.chunk_ms)
    playing.positionMs = Math.min(playing.positionMs + elapsedMs, reach)
    if (Math.floor(playing.positionMs / track.chunk_ms) !== chunkBefore) this.#ask()
    if (playing.positionMs - playing.reportedMs >= this.#reportEveryMs) {
      playing.reportedMs = playing.positionMs
      this.#client.report('position', {
        stream_id: streamId,
        position_ms: this.positionMs,
        buffer_ms: Math.round(reach - playing.positionMs),
        bitrate_kbps: BITRATE,
      })
    }
  }
}
