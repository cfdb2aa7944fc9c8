/** Owns the player SDK: one session over sockets that come and go. */

import { closeName, isRetriableClose } from '../close-codes.ts'
import type { Credit } from '../messages/credit.ts'
import type { DownMessage } from '../messages/down.ts'
import type { Hello } from '../messages/hello.ts'
import type { Next } from '../messages/next.ts'
import type { Playback } from '../messages/playback.ts'
import type { Stop } from '../messages/stop.ts'
import type { UpMessage } from '../messages/up.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { ReasonStart, TelemetryKind } from '../vocabulary.ts'
import { fullJitterMs } from './backoff.ts'
import { Emitter } from './emitter.ts'
import { Heart } from './heart.ts'
import type { ClientEvents, ClientOptions, ClientState } from './options.ts'
import { Requests, SegueError } from './requests.ts'
import { SocketLink } from './socket-link.ts'
import { type Seen, TelemetrySender } from './telemetry-sender.ts'

const REQUEST_TIMEOUT_MS = 10_000
/** Time for a socket to open, greet and accept the sign-in. */
const CONNECT_TIMEOUT_MS = 15_000
const CONTINUE_RETRY_MS = 1_000

type Distribute<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

export class Client extends Emitter<ClientEvents> {
  readonly #options: ClientOptions
  readonly #requests = new Requests(REQUEST_TIMEOUT_MS)
  readonly #telemetry = new TelemetrySender({
    acked: (events, pending) => this.emit('acked', { events, pending }),
    dropped: (events, reason) => this.emit('dropped', { events, reason }),
  })
  #state: ClientState = 'initialized'
  #link: SocketLink | undefined
  #hello: Hello | undefined
  #attempt = 0
  #refreshToken = false
  #reconnectSlotMs: number | undefined
  #heart: Heart | undefined
  #clockOffsetMs = 0
  #playback: Playback | undefined
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined
  #connectTimer: ReturnType<typeof setTimeout> | undefined
  #continueTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: ClientOptions) {
    super()
    this.#options = options
  }

  get state(): ClientState {
    return this.#state
  }

  /** The open stream as last said, with its track; undefined when none is open. */
  get playback(): Playback | undefined {
    return this.#playback
  }

  /** Events that are not yet acknowledged. */
  get pendingEvents(): number {
    return this.#telemetry.pending
  }

  /** The clock of the gateway, as near as the last sign-in tells. */
  serverNowMs(): number {
    return Date.now() + this.#clockOffsetMs
  }

  open(): this {
    if (this.#state === 'initialized' || this.#state === 'failed') this.#connect()
    return this
  }

  /** Begins a track; the open stream, if any, ends. */
  play(wish: { track_id: string; position_ms?: number; from_ms?: number; reason?: ReasonStart }): Promise<Playback> {
    return this.#ask({ type: 'play', ...wish })
  }

  /** The paused stream goes on; after a reconnect, as a new stream from where it stood. */
  resume(): Promise<Playback> {
    const { playback } = this
    if (playback?.track !== undefined && playback.stream_id === undefined) {
      const { position_ms, track } = playback
      return this.play({ track_id: track.track_id, position_ms, reason: 'reconnect' })
    }
    return this.#ask({ type: 'play' })
  }

  pause(position_ms: number): Promise<Playback> {
    return this.#ask({ type: 'pause', position_ms })
  }

  seek(from_ms: number, position_ms: number): Promise<Playback> {
    return this.#ask({ type: 'seek', from_ms, position_ms })
  }

  next(wish: { reason: Next['reason']; position_ms: number }): Promise<Playback> {
    return this.#ask({ type: 'next', ...wish })
  }

  stop(wish: { reason: Stop['reason']; position_ms: number }): Promise<Playback> {
    return this.#ask({ type: 'stop', ...wish })
  }

  /** Says which chunks there is room for; said again after a reconnect by whoever follows `playback`. */
  credit(window: Omit<Credit, 'type'>): void {
    if (this.#state === 'connected') this.#link?.send({ type: 'credit', ...window })
  }

  /** Keeps an event until the gateway has acknowledged it. */
  report(kind: TelemetryKind, seen: Seen): TelemetryEvent {
    return this.#telemetry.report(kind, seen, Math.round(this.serverNowMs()))
  }

  /** Ends for good. Events not yet acknowledged are lost with the client. */
  close(): void {
    this.#quiet()
    this.#requests.rejectAll(new SegueError('closed', 'the client was closed', false))
    const link = this.#link
    this.#link = undefined
    this.#become('closed')
    link?.drop(1000)
  }

  #connect(): void {
    this.#become('connecting')
    this.#hello = undefined
    const link = new SocketLink(this.#options, {
      message: (message) => this.#onMessage(message),
      gone: (code) => this.#onGone(link, code),
    })
    this.#link = link
    this.#connectTimer = setTimeout(() => link.drop(1006), CONNECT_TIMEOUT_MS)
  }

  #onMessage(message: DownMessage): void {
    switch (message.type) {
      case 'hello':
        this.#hello = message
        void this.#authenticate()
        break
      case 'ready':
        this.#onReady(message)
        break
      case 'heartbeat_ack':
        this.#heart?.answered()
        this.emit('rtt', Date.now() - message.sent_at_ms)
        break
      case 'playback':
        this.#onPlayback(message)
        break
      case 'grant':
        this.emit('grant', message)
        break
      case 'up_next':
        this.emit('up_next', message)
        break
      case 'ack':
        this.#telemetry.acknowledged(message.batch)
        break
      case 'error':
        this.#onError(message)
        break
      case 'goaway':
        this.#reconnectSlotMs = message.reconnect_after_ms
        this.emit('goaway', message)
        break
    }
  }

  async #authenticate(): Promise<void> {
    const link = this.#link
    try {
      const token = await this.#options.token(this.#refreshToken)
      this.#refreshToken = false
      link?.send({ type: 'authenticate', token, device: this.#options.device })
    } catch (error) {
      if (link !== this.#link) return
      this.#fail(`no access token: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #onReady(message: Extract<DownMessage, { type: 'ready' }>): void {
    clearTimeout(this.#connectTimer)
    this.#attempt = 0
    this.#clockOffsetMs = message.server_time_ms - Date.now()
    this.#become('connected')
    this.emit('ready', message)
    this.#startHeart()
    this.#continuePlayback()
    const link = this.#link
    this.#telemetry.connected((batch) => link?.send(batch), this.#hello?.max_batch_events ?? 1)
  }

  /** The stream of the lost socket has ended; what was playing goes on as a new one, from where the playhead is. */
  #continuePlayback(): void {
    const before = this.#playback
    if (before?.track === undefined) return
    const position_ms = Math.min(
      this.#options.position?.()?.position_ms ?? before.position_ms,
      before.track.duration_ms,
    )
    if (before.status === 'playing' && position_ms < before.track.duration_ms) {
      this.play({ track_id: before.track.track_id, position_ms, reason: 'reconnect' }).catch((error: SegueError) => {
        this.#onNotContinued(error, position_ms)
      })
    } else if (before.status === 'paused') {
      const { stream_id: _ended, ...paused } = before
      this.#playback = { ...paused, position_ms }
    }
  }

  #onNotContinued(error: SegueError, position_ms: number): void {
    // The socket went again: the next one goes on from here.
    if (error.code === 'disconnected' || error.code === 'closed') return
    if (error.retriable) {
      this.#continueTimer = setTimeout(() => this.#continuePlayback(), CONTINUE_RETRY_MS)
      return
    }
    const at_ms = Math.round(this.serverNowMs())
    this.#onPlayback({ type: 'playback', status: 'stopped', position_ms, at_ms, reason: 'lost' })
  }

  #onPlayback(message: Playback): void {
    if (message.status === 'stopped') this.#playback = undefined
    else this.#playback = { ...message, ...trackOf(message, this.#playback) }
    this.emit('playback', { ...message, ...trackOf(message, this.#playback) })
    this.#requests.answer(message)
  }

  #onError(message: Extract<DownMessage, { type: 'error' }>): void {
    if (this.#requests.refuse(message)) return
    this.emit('error', message)
    if (message.batch !== undefined) this.#telemetry.refused(message.batch, message)
  }

  #startHeart(): void {
    const link = this.#link
    this.#heart = new Heart({
      firstMs: this.#hello?.first_heartbeat_ms ?? 0,
      intervalMs: this.#hello?.heartbeat_interval_ms ?? 15_000,
      send: (message) => link?.send(message),
      dead: () => link?.drop(1006),
      playing: () => {
        const at = this.#options.position?.()
        const streamId = this.#playback?.stream_id
        return at === undefined || streamId === undefined ? undefined : { streamId, at }
      },
    })
  }

  async #ask(request: Distribute<Extract<UpMessage, { id: number }>, 'id'>): Promise<Playback> {
    if (this.#state !== 'connected')
      throw new SegueError('disconnected', 'not connected now; try again when it is', true)
    return this.#requests.ask((id) => this.#link?.send({ ...request, id } as UpMessage))
  }

  #onGone(link: SocketLink, code: number): void {
    if (link !== this.#link) return
    this.#quiet()
    this.#requests.rejectAll(new SegueError('disconnected', `the socket closed with ${code}`, true))
    if (!isRetriableClose(code)) {
      this.#fail(closeName(code))
      return
    }
    if (closeName(code) === 'token_expired') this.#refreshToken = true
    const retryInMs = this.#reconnectSlotMs ?? fullJitterMs(this.#attempt, Math.random)
    this.#reconnectSlotMs = undefined
    this.#attempt += 1
    this.#become('disconnected', code === 1006 ? 'the line broke' : closeName(code), retryInMs)
    this.#reconnectTimer = setTimeout(() => this.#connect(), retryInMs)
  }

  #fail(reason: string): void {
    this.#quiet()
    const link = this.#link
    this.#link = undefined
    link?.drop(1000)
    this.#become('failed', reason)
  }

  #quiet(): void {
    clearTimeout(this.#reconnectTimer)
    clearTimeout(this.#connectTimer)
    clearTimeout(this.#continueTimer)
    this.#heart?.stop()
    this.#telemetry.disconnected()
  }

  #become(state: ClientState, reason?: string, retryInMs?: number): void {
    this.#state = state
    this.emit('state', {
      state,
      ...(reason === undefined ? {} : { reason }),
      ...(retryInMs === undefined ? {} : { retryInMs }),
    })
  }
}

/** The gateway says the track once a stream; the client repeats it. */
function trackOf(message: Playback, before: Playback | undefined): Pick<Playback, 'track'> {
  const track = message.track ?? (message.stream_id === before?.stream_id ? before?.track : undefined)
  return track === undefined ? {} : { track }
}
