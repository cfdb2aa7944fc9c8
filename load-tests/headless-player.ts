/** Owns a player without ears: it fetches the granted chunks for real, and moves its playhead over them in real time. */

import { type Client, type Grant, type Playback, SegueError, throughputMeter } from '../protocol/client/index.ts'
import type { BitrateKbps, ReasonStart } from '../protocol/vocabulary.ts'
import { fetchAudio } from './fetch-audio.ts'
import { audioIdOf, newPlaying, type Playing, reachMs } from './playing.ts'

const TICK_MS = 50
const AHEAD_CHUNKS = 5
const BITRATE: BitrateKbps = 160
/** A chunk that the store did not give is asked for again after this, as long as its address lives. */
const FETCH_AGAIN_MS = 500
/** Shorter than this is nothing that anyone hears. */
const SHORTEST_STALL_MS = 120
const NEXT_TRY_MS = 1_000

/** A silence that a listener heard. */
export interface Stall {
  readonly atMs: number
  readonly stallMs: number
  /** When the playhead jumped last: by a seek, or as the stream began. */
  readonly jumpedAtMs: number
}

export interface HeadlessPlayerOptions {
  readonly client: Client
  /** How often a `position` event is reported, in ms of play. */
  readonly reportEveryMs?: number
  /** Goes on with what is up next when a track has ended. */
  readonly goesOn?: boolean
  /** How often the playhead moves. */
  readonly tickMs?: number
  /** How many chunks it holds at most, with the one that is heard; as many as it gets unless said otherwise. */
  readonly holdChunks?: number
  readonly fetchAudio?: (url: string) => Promise<ArrayBuffer>
}

export class HeadlessPlayer {
  readonly #client: Client
  readonly #reportEveryMs: number
  readonly #goesOn: boolean
  readonly #holdChunks: number
  readonly #fetchAudio: (url: string) => Promise<ArrayBuffer>
  readonly #throughput = throughputMeter()
  readonly #timer: ReturnType<typeof setInterval>
  #playing: Playing | undefined
  #lastTickMs = Date.now()
  /** Asked for, and not yet answered: what plays until then is on its way out. */
  #beginning = false
  /** Chunks that the store did not give, with its answer. */
  readonly failures: string[] = []
  readonly stalls: Stall[] = []
  /** What was heard of each stream, in ms. */
  readonly heardMs = new Map<string, number>()
  bytes = 0

  constructor(options: HeadlessPlayerOptions) {
    const { client } = options
    this.#client = client
    this.#reportEveryMs = options.reportEveryMs ?? 10_000
    this.#goesOn = options.goesOn ?? false
    this.#holdChunks = options.holdChunks ?? Number.POSITIVE_INFINITY
    this.#fetchAudio = options.fetchAudio ?? fetchAudio
    client.on('playback', (message) => this.#onPlayback(message))
    client.on('resumed', () => this.#ask())
    client.on('grant', (message) => void this.#onGrant(message))
    this.#timer = setInterval(() => this.#tick(), options.tickMs ?? TICK_MS)
  }

  get positionMs(): number {
    return Math.round(this.#playing?.positionMs ?? 0)
  }

  get track(): Playing['track'] | undefined {
    return this.#playing?.track
  }

  get moving(): boolean {
    return this.#playing?.moving ?? false
  }

  get bufferMs(): number {
    return this.#playing === undefined ? 0 : Math.max(0, reachMs(this.#playing) - this.#playing.positionMs)
  }

  /** How long it has stood still by now for want of audio. */
  get standsMs(): number {
    const { standsSinceMs } = this.#playing ?? {}
    return standsSinceMs === undefined ? 0 : Date.now() - standsSinceMs
  }

  /** For the client's heartbeats. */
  position() {
    if (this.#playing === undefined) return undefined
    return { position_ms: this.positionMs, buffer_ms: this.bufferMs }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async play(trackId: string, reason: ReasonStart = 'pick'): Promise<void> {
    const from = this.#playing === undefined ? {} : { from_ms: this.positionMs }
    await this.#begin(() => this.#client.play({ track_id: trackId, reason, ...from }))
  }

  async next(reason: 'next' | 'completed'): Promise<void> {
    await this.#begin(() => this.#client.next({ reason, position_ms: this.positionMs }))
  }

  async pause(): Promise<void> {
    const playing = this.#playing
    if (playing === undefined) return
    playing.moving = false
    playing.standsSinceMs = undefined
    this.#report(playing, 'paused')
    await this.#client.pause(this.positionMs)
  }

  async goOn(): Promise<void> {
    const playing = this.#playing
    if (playing === undefined) return
    await this.#client.resume()
    this.#report(playing, 'resumed')
  }

  /** The playhead moves first, then the gateway is told both places; told again for as long as it is not sure to know. */
  async seek(toMs: number): Promise<void> {
    const playing = this.#playing
    if (playing === undefined) return
    const streamId = playing.streamId
    const fromMs = this.positionMs
    playing.positionMs = Math.min(Math.max(0, toMs), playing.track.duration_ms)
    playing.reportedMs = playing.positionMs
    playing.standsSinceMs = undefined
    playing.excused = true
    playing.jumpedAtMs = Date.now()
    this.#report(playing, 'seeked')
    while (this.#playing?.streamId === streamId) {
      try {
        await this.#client.seek(fromMs, this.positionMs)
        return
      } catch (error) {
        if (!(error instanceof SegueError) || !error.retriable) throw error
        await new Promise((resolve) => setTimeout(resolve, NEXT_TRY_MS))
      }
    }
  }

  async #begin(ask: () => Promise<Playback>): Promise<void> {
    this.#beginning = true
    try {
      await ask()
    } finally {
      this.#beginning = false
    }
  }

  #onPlayback(message: Playback): void {
    const track = message.track ?? message.ad
    if (message.status === 'stopped' || message.stream_id === undefined || track === undefined) {
      this.#playing = undefined
      return
    }
    const before = this.#playing
    if (before?.streamId === message.stream_id) {
      before.moving = message.status === 'playing'
    } else if (before !== undefined && audioIdOf(before.track) === audioIdOf(track) && !this.#beginning) {
      // The same track goes on as another stream: what is in the buffer stays.
      before.granted = new Set()
      before.streamId = message.stream_id
      before.moving = message.status === 'playing'
    } else {
      this.#playing = newPlaying(message.stream_id, track, message.position_ms, message.status === 'playing')
    }
    this.#ask()
  }

  #ask(): void {
    const playing = this.#playing
    if (playing === undefined) return
    const heard = Math.floor(playing.positionMs / playing.track.chunk_ms)
    let next_chunk = heard
    while (playing.chunks.has(next_chunk) && playing.granted.has(next_chunk)) next_chunk += 1
    const chunks = Math.max(0, Math.min(AHEAD_CHUNKS, heard + this.#holdChunks - next_chunk))
    this.#client.credit({ stream_id: playing.streamId, bitrate_kbps: BITRATE, next_chunk, chunks })
  }

  async #onGrant(grant: Grant): Promise<void> {
    const playing = this.#playing
    if (playing === undefined || grant.stream_id !== playing.streamId) return
    for (const { index } of grant.chunks) playing.granted.add(index)
    await Promise.all(
      grant.chunks.map(async ({ index, url }) => {
        if (playing.chunks.has(index) || playing.wanted.has(index)) return
        playing.wanted.add(index)
        await this.#fetch(playing, index, url, grant.expires_at_ms)
        playing.wanted.delete(index)
      }),
    )
    if (this.#playing === playing) this.#ask()
  }

  async #fetch(playing: Playing, index: number, url: string, expiresAtMs: number): Promise<void> {
    while (this.#playing === playing) {
      const fromMs = performance.now()
      const answer = await this.#fetchAudio(url).catch((error: Error) => error)
      if (!(answer instanceof Error)) {
        this.bytes += answer.byteLength
        this.#throughput.fetched({ bytes: answer.byteLength, fromMs, toMs: performance.now() })
        playing.chunks.add(index)
        return
      }
      this.failures.push(`chunk ${index}: ${answer.message}`)
      await new Promise((resolve) => setTimeout(resolve, FETCH_AGAIN_MS))
      if (this.#client.serverNowMs() >= expiresAtMs) return
    }
  }

  #tick(): void {
    const now = Date.now()
    const elapsedMs = now - this.#lastTickMs
    this.#lastTickMs = now
    const playing = this.#playing
    if (playing === undefined || !playing.moving) return
    const reach = reachMs(playing)
    if (reach <= playing.positionMs) {
      this.#stands(playing, now)
      return
    }
    if (!playing.started) {
      playing.started = true
      this.#report(playing, 'started', { startup_ms: now - playing.beganAtMs })
      return
    }
    this.#moves(playing, now)
    const { track, streamId } = playing
    const chunkBefore = Math.floor(playing.positionMs / track.chunk_ms)
    const before = playing.positionMs
    playing.positionMs = Math.min(playing.positionMs + elapsedMs, reach)
    this.heardMs.set(streamId, (this.heardMs.get(streamId) ?? 0) + playing.positionMs - before)
    if (Math.floor(playing.positionMs / track.chunk_ms) !== chunkBefore) this.#ask()
    if (playing.positionMs - playing.reportedMs >= this.#reportEveryMs) {
      playing.reportedMs = playing.positionMs
      this.#report(playing, 'position')
    }
  }

  #stands(playing: Playing, now: number): void {
    if (playing.positionMs >= playing.track.duration_ms) {
      if (this.#goesOn && !playing.ended) void this.#complete(playing)
    } else if (!playing.excused) {
      playing.starved ||= playing.standsSinceMs === undefined
      playing.standsSinceMs ??= now
    }
  }

  #moves(playing: Playing, now: number): void {
    const stallMs = playing.standsSinceMs === undefined ? 0 : now - playing.standsSinceMs
    playing.standsSinceMs = undefined
    playing.excused = false
    if (stallMs < SHORTEST_STALL_MS) return
    this.stalls.push({ atMs: now - stallMs, stallMs, jumpedAtMs: playing.jumpedAtMs })
    this.#report(playing, 'stalled', { stall_ms: stallMs })
  }

  /** The end of the track: `next`, told again until the gateway has taken it. */
  async #complete(playing: Playing): Promise<void> {
    playing.ended = true
    this.#report(playing, 'completed')
    while (this.#playing === playing) {
      try {
        await this.next('completed')
      } catch (error) {
        if (!(error instanceof SegueError)) throw error
        // Its stream was lost, and at the end of a track none goes on: another one is begun by whoever listens.
        if (error.retriable) await new Promise((resolve) => setTimeout(resolve, NEXT_TRY_MS))
        else if (this.#playing === playing) this.#playing = undefined
      }
    }
  }

  #report(
    playing: Playing,
    kind: 'started' | 'position' | 'paused' | 'resumed' | 'seeked' | 'stalled' | 'completed',
    fields: { startup_ms?: number; stall_ms?: number } = {},
  ): void {
    const kbps = this.#throughput.kbps()
    const ahead_ms = Math.round(Math.max(0, reachMs(playing) - playing.positionMs))
    this.#client.report(kind, {
      stream_id: playing.streamId,
      position_ms: this.positionMs,
      buffer_ms: ahead_ms,
      bitrate_kbps: BITRATE,
      top_kbps: BITRATE,
      ...(kbps === undefined ? {} : { throughput_kbps: kbps }),
      starved: playing.starved,
      starting: ahead_ms === 0 && kind !== 'completed',
      ...fields,
    })
    playing.starved = false
  }
}
