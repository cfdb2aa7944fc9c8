/** Owns the player SDK: one session over sockets that come and go. */

import { closeName, isRetriableClose } from '../close-codes.ts'
import type { Credit } from '../messages/credit.ts'
import type { DownMessage } from '../messages/down.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Hello } from '../messages/hello.ts'
import type { Next } from '../messages/next.ts'
import type { Playback } from '../messages/playback.ts'
import type { Ready } from '../messages/ready.ts'
import type { Resumed } from '../messages/resumed.ts'
import type { Stop } from '../messages/stop.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { ReasonStart, TelemetryKind } from '../vocabulary.ts'
import { fullJitterMs } from './backoff.ts'
import { Emitter } from './emitter.ts'
import { Heart } from './heart.ts'
import type { ClientEvents, ClientOptions, ClientState } from './options.ts'
import { type Request, Requests, SegueError, SignedOut } from './requests.ts'
import { SessionMemory } from './session-memory.ts'
import { SocketLink } from './socket-link.ts'
import { type Seen, TelemetrySender } from './telemetry-sender.ts'
import { TokenKeeper } from './token-keeper.ts'

const REQUEST_TIMEOUT_MS = 20_000
/** Time for a socket to open, greet and accept the sign-in or resume. */
const CONNECT_TIMEOUT_MS = 15_000
const CONTINUE_RETRY_MS = 1_000
/** A connection that lived this long begins the count of attempts anew. */
const STABLE_AFTER_MS = 10_000
/** A gateway that has too much to do is asked again this many attempts later than another. */
const OVERLOADED_ATTEMPTS = 3
/** The line is given up, the session is not: any code but 1000, which says goodbye. */
const GIVEN_UP = 3000
const GOODBYE = 1000

type WithoutId = Request extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never

export class Client extends Emitter<ClientEvents> {
  readonly #options: ClientOptions
  readonly #requests = new Requests(REQUEST_TIMEOUT_MS)
  readonly #memory = new SessionMemory()
  readonly #telemetry = new TelemetrySender({
    acked: (events, pending) => this.emit('acked', { events, pending }),
    dropped: (events, reason) => this.emit('dropped', { events, reason }),
  })
  readonly #tokens = new TokenKeeper({
    token: (refresh) => this.#options.token(refresh),
    send: (token) => this.#link?.send({ type: 'refresh', id: this.#requests.nextId(), token }),
  })
  #state: ClientState = 'initialized'
  #link: SocketLink | undefined
  #hello: Hello | undefined
  #resumeId = 0
  #attempt = 0
  #sessionLost = false
  #refreshToken = false
  #reconnectSlotMs: number | undefined
  #heart: Heart | undefined
  #clockOffsetMs = 0
  #playback: Playback | undefined
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined
  #connectTimer: ReturnType<typeof setTimeout> | undefined
  #continueTimer: ReturnType<typeof setTimeout> | undefined
  #suspendTimer: ReturnType<typeof setTimeout> | undefined
  #stableTimer: ReturnType<typeof setTimeout> | undefined

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

  /** Connects at once instead of at the end of the wait: the network changed, the laptop woke up. */
  retryNow(): void {
    if (this.#state !== 'disconnected' && this.#state !== 'suspended') return
    clearTimeout(this.#reconnectTimer)
    this.#connect()
  }

  /** Begins a track; the open stream, if any, ends. */
  play(wish: { track_id: string; position_ms?: number; from_ms?: number; reason?: ReasonStart }): Promise<Playback> {
    return this.#ask({ type: 'play', ...wish })
  }

  /** The paused stream goes on; when its session was lost, as a new stream from where it stood. */
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

  /** Says which chunks there is room for; said again after `ready` and `resumed` by whoever plays. */
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
    clearTimeout(this.#suspendTimer)
    this.#requests.rejectAll(new SegueError('closed', 'the client was closed', false))
    const link = this.#link
    this.#link = undefined
    this.#become('closed')
    link?.drop(GOODBYE)
  }

  #connect(): void {
    this.#become('connecting')
    this.#hello = undefined
    const link = new SocketLink(this.#options, {
      message: (message) => this.#onMessage(message),
      gone: (code) => this.#onGone(link, code),
    })
    this.#link = link
    this.#connectTimer = setTimeout(() => link.drop(GIVEN_UP), CONNECT_TIMEOUT_MS)
  }

  #onMessage(message: DownMessage): void {
    switch (message.type) {
      case 'hello':
        this.#hello = message
        if (this.#memory.resumable === undefined) void this.#authenticate()
        else this.#resumeSession(this.#memory.resumable)
        break
      case 'ready':
        this.#onReady(message)
        break
      case 'resumed':
        this.#onResumed(message)
        break
      case 'refreshed':
        this.#memory.tokenExpiresAtMs = message.token_expires_at_ms
        this.#tokens.expiresIn(message.token_expires_at_ms - this.serverNowMs())
        break
      case 'heartbeat_ack':
        this.#heart?.answered()
        this.emit('rtt', Date.now() - message.sent_at_ms)
        break
      case 'playback':
        if (this.#isNext(message.seq)) this.#onPlayback(message)
        break
      case 'up_next':
        if (this.#isNext(message.seq)) this.emit('up_next', message)
        break
      case 'error':
        if (message.seq === undefined || this.#isNext(message.seq)) this.#onError(message)
        break
      case 'grant':
        this.emit('grant', message)
        break
      case 'ack':
        this.#telemetry.acknowledged(message.batch)
        break
      case 'goaway':
        this.emit('goaway', message)
        this.#reconnectSlotMs = message.reconnect_after_ms
        this.#link?.drop(GIVEN_UP)
        break
    }
  }

  /** A gap cannot be; should it be, the session is resumed, which says what is missing or that it is. */
  #isNext(seq: number): boolean {
    const place = this.#memory.place(seq)
    if (place === 'gap') this.#link?.drop(GIVEN_UP)
    return place === 'next'
  }

  async #authenticate(): Promise<void> {
    const link = this.#link
    try {
      const token = await this.#options.token(this.#refreshToken)
      this.#refreshToken = false
      link?.send({ type: 'authenticate', token, device: this.#options.device })
    } catch (error) {
      if (link !== this.#link) return
      if (error instanceof SignedOut) this.#fail(`no access token: ${error.message}`)
      // The issuer is away, or the network is: that passes.
      else link?.drop(GIVEN_UP)
    }
  }

  #resumeSession(session: { readonly ticket: string; readonly last_seq: number }): void {
    this.#resumeId = this.#requests.nextId()
    const at = this.#playback?.stream_id === undefined ? undefined : this.#options.position?.()
    this.#link?.send({
      type: 'resume',
      id: this.#resumeId,
      ...session,
      ...(at === undefined ? {} : { position_ms: Math.max(0, Math.round(at.position_ms)) }),
    })
  }

  #onReady(message: Ready): void {
    this.#memory.begin(message)
    this.#requests.rejectAll(new SegueError('disconnected', 'the session was lost', true))
    this.#connected(message.server_time_ms)
    this.emit('ready', message)
    this.#continuePlayback()
  }

  #onResumed(message: Resumed): void {
    this.#memory.goOn(message)
    this.#connected(message.server_time_ms)
    this.emit('resumed', message)
    if (message.state !== undefined) {
      this.#requests.rejectAnswered(message.last_request, new SegueError('lost', 'done, but the answer is lost', false))
      this.#onPlayback({ ...message.state.playback, seq: message.seq })
      this.emit('up_next', { ...message.state.up_next, seq: message.seq })
    }
    this.#requests.askAgain(message.last_request, (request) => this.#link?.send(request))
  }

  #connected(serverTimeMs: number): void {
    clearTimeout(this.#connectTimer)
    clearTimeout(this.#suspendTimer)
    this.#suspendTimer = undefined
    this.#sessionLost = false
    // A gateway that closes right after it said yes is not hammered.
    this.#stableTimer = setTimeout(() => {
      this.#attempt = 0
    }, STABLE_AFTER_MS)
    this.#clockOffsetMs = serverTimeMs - Date.now()
    this.#startHeart()
    this.#tokens.expiresIn(this.#memory.tokenExpiresAtMs - serverTimeMs)
    this.#become('connected')
    const link = this.#link
    this.#telemetry.connected((batch) => link?.send(batch), this.#hello?.max_batch_events ?? 1)
  }

  /** The session of the open stream is lost; what was playing goes on as a new stream, from where the playhead is. */
  #continuePlayback(): void {
    const before = this.#playback
    if (before?.track === undefined) return
    const { track } = before
    const position_ms = Math.min(this.#options.position?.()?.position_ms ?? before.position_ms, track.duration_ms)
    if (before.status === 'playing' && position_ms < track.duration_ms) {
      this.play({ track_id: track.track_id, position_ms, reason: 'reconnect' }).catch((error: SegueError) => {
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
    this.#onPlayback({ type: 'playback', seq: 0, status: 'stopped', position_ms, at_ms, reason: 'lost' })
  }

  #onPlayback(message: Playback): void {
    const before = this.#playback
    const whole = { ...message, ...trackOf(message, before) }
    clearTimeout(this.#continueTimer)
    this.#playback = message.status === 'stopped' ? undefined : whole
    this.emit('playback', whole)
    this.#requests.answer(whole)
    // The reaper ended the stream while nobody could be heard; the listener goes on listening.
    if (message.reason === 'lost' && message.re === undefined && before?.status === 'playing') {
      this.#playback = before
      this.#continuePlayback()
    }
  }

  #onError(message: ErrorMessage): void {
    if (message.re !== undefined && message.re === this.#resumeId) {
      this.#onNotResumed(message)
      return
    }
    if (this.#requests.refuse(message)) return
    this.emit('error', message)
    if (message.batch !== undefined) this.#telemetry.refused(message.batch, message)
  }

  #onNotResumed(message: ErrorMessage): void {
    if (message.retriable) {
      this.#link?.drop(GIVEN_UP)
      return
    }
    this.#memory.forget()
    void this.#authenticate()
  }

  #startHeart(): void {
    const link = this.#link
    this.#heart?.stop()
    this.#heart = new Heart({
      firstMs: this.#hello?.first_heartbeat_ms ?? 0,
      intervalMs: this.#hello?.heartbeat_interval_ms ?? 15_000,
      send: (message) => link?.send(message),
      dead: () => link?.drop(GIVEN_UP),
      playing: () => {
        const at = this.#options.position?.()
        const streamId = this.#playback?.stream_id
        return at === undefined || streamId === undefined ? undefined : { streamId, at }
      },
    })
  }

  async #ask(request: WithoutId): Promise<Playback> {
    if (this.#state !== 'connected') {
      throw new SegueError('disconnected', 'not connected now; try again when it is', true)
    }
    return this.#requests.ask({ ...request, id: this.#requests.nextId() }, (asked) => this.#link?.send(asked))
  }

  #onGone(link: SocketLink, code: number): void {
    if (link !== this.#link) return
    this.#quiet()
    const name = closeName(code)
    if (!isRetriableClose(code)) {
      this.#fail(name)
      return
    }
    if (name === 'token_expired') this.#refreshToken = true
    if (name === 'ticket_invalid' || name === 'ticket_used') this.#memory.forget()
    const retryInMs = this.#reconnectSlotMs ?? fullJitterMs(this.#attempt, Math.random)
    this.#reconnectSlotMs = undefined
    this.#attempt += name === 'overloaded' ? OVERLOADED_ATTEMPTS : 1
    if (this.#memory.resumable !== undefined) {
      this.#suspendTimer ??= setTimeout(() => this.#suspend(), this.#memory.resumeWithinMs)
    }
    this.#become(
      this.#sessionLost ? 'suspended' : 'disconnected',
      name === 'unknown' ? 'the line broke' : name,
      retryInMs,
    )
    this.#reconnectTimer = setTimeout(() => this.#connect(), retryInMs)
  }

  /** The session no longer waits for us: the next connection signs in anew. */
  #suspend(): void {
    this.#sessionLost = true
    this.#memory.forget()
    this.#requests.rejectAll(new SegueError('disconnected', 'the session was lost', true))
    if (this.#state === 'disconnected') this.#become('suspended', 'the session no longer waits')
  }

  #fail(reason: string): void {
    this.#quiet()
    clearTimeout(this.#suspendTimer)
    this.#suspendTimer = undefined
    this.#memory.forget()
    this.#requests.rejectAll(new SegueError('disconnected', reason, false))
    const link = this.#link
    this.#link = undefined
    link?.drop(GIVEN_UP)
    this.#become('failed', reason)
  }

  #quiet(): void {
    clearTimeout(this.#reconnectTimer)
    clearTimeout(this.#connectTimer)
    clearTimeout(this.#continueTimer)
    clearTimeout(this.#stableTimer)
    this.#heart?.stop()
    this.#tokens.stop()
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
