/** Owns the player SDK: one session over sockets that come and go. */

import type { Command } from '../messages/command.ts'
import type { Credit } from '../messages/credit.ts'
import type { Done } from '../messages/done.ts'
import type { DownMessage } from '../messages/down.ts'
import type { ErrorMessage } from '../messages/error.ts'
import type { Found } from '../messages/found.ts'
import type { Hello } from '../messages/hello.ts'
import type { Next } from '../messages/next.ts'
import type { Playback } from '../messages/playback.ts'
import type { Ready } from '../messages/ready.ts'
import type { Resumed } from '../messages/resumed.ts'
import type { Stop } from '../messages/stop.ts'
import type { UpNext } from '../messages/up-next.ts'
import type { TelemetryEvent } from '../telemetry-event.ts'
import type { TelemetryKind } from '../vocabulary.ts'
import { Connection } from './connection.ts'
import { Emitter } from './emitter.ts'
import { memoryEventStore } from './event-store-memory.ts'
import { Handshake } from './handshake.ts'
import type { ClientEvents, ClientOptions, ClientState } from './options.ts'
import { PlaybackKeeper, type PlayWish } from './playback-keeper.ts'
import { Requests, type WithoutId } from './requests.ts'
import { Searches, type SearchWish } from './searches.ts'
import { SegueError } from './segue-error.ts'
import { SessionMemory } from './session-memory.ts'
import { GIVEN_UP, type SocketLink } from './socket-link.ts'
import { StreamRequests } from './stream-requests.ts'
import { type Seen, TelemetrySender } from './telemetry-sender.ts'
import { Upkeep, type Welcome } from './upkeep.ts'

const REQUEST_TIMEOUT_MS = 20_000
const SEARCH_TIMEOUT_MS = 5_000

/** What is done at each message of the gateway. */
type Hearing = {
  readonly [Message in DownMessage as Message['type']]: (message: Message, link: SocketLink) => unknown
}

export class Client extends Emitter<ClientEvents> {
  readonly #options: ClientOptions
  readonly #requests = new Requests(REQUEST_TIMEOUT_MS)
  readonly #searches = new Searches(SEARCH_TIMEOUT_MS)
  readonly #memory = new SessionMemory()
  readonly #telemetry: TelemetrySender
  readonly #upkeep = new Upkeep({
    token: (refresh) => this.#options.token(refresh),
    nextId: () => this.#requests.nextId(),
    playing: () => {
      const at = this.#options.position?.()
      const streamId = this.playback?.stream_id
      return at === undefined || streamId === undefined ? undefined : { streamId, at, ...this.#fence() }
    },
    volume: () => this.#options.volume?.(),
  })
  readonly #playback = new PlaybackKeeper({
    play: (wish) => this.play(wish),
    positionMs: () => this.#options.position?.()?.position_ms,
    nextTrackId: () => this.#nextTrackId,
    serverNowMs: () => this.serverNowMs(),
    changed: (playback) => {
      this.#upkeep.hearAd(playback.ad !== undefined && playback.status === 'playing')
      this.emit('playback', playback)
      this.#requests.answer(playback)
    },
  })
  readonly #ofStream = new StreamRequests({
    open: () => this.#playback.current,
    lostPause: () => this.#playback.lostPause,
    sessionsLost: () => this.#sessionsLost,
    mustBeConnected: () => this.#mustBeConnected(),
    ask: (request) => this.#ask(request) as Promise<Playback>,
  })
  readonly #connection: Connection
  readonly #handshake: Handshake
  readonly #hear: Hearing = {
    hello: (message, link) => {
      this.#hello = message
      this.#handshake.greeted(link)
    },
    ready: (message, link) => this.#onReady(link, message),
    resumed: (message, link) => this.#onResumed(link, message),
    refreshed: ({ token_expires_at_ms }) => {
      this.#memory.tokenExpiresAtMs = token_expires_at_ms
      this.#upkeep.refreshed(token_expires_at_ms)
    },
    heartbeat_ack: ({ sent_at_ms }) => {
      this.#upkeep.answered(sent_at_ms)
      this.emit('rtt', Date.now() - sent_at_ms)
    },
    playback: (message, link) => this.#isNext(link, message.seq) && this.#playback.told(message),
    up_next: (message) => this.#onUpNext(message),
    error: (message, link) => {
      if (message.seq === undefined || this.#isNext(link, message.seq)) this.#onError(link, message)
    },
    grant: (message) => this.emit('grant', message),
    ack: ({ batch }) => this.#telemetry.acknowledged(batch),
    devices: (message) => {
      if (message.revision <= this.#devicesRevision) return
      this.#devicesRevision = message.revision
      this.emit('devices', message)
    },
    commanded: (message) => this.emit('commanded', message),
    found: (message) => this.#searches.found(message),
    notice: (message) => this.emit('notice', message),
    done: (message, link) => this.#isNext(link, message.seq) && this.#requests.answer(message),
    goaway: (message) => {
      this.emit('goaway', message)
      this.#connection.comeBackAfter(message.reconnect_after_ms)
    },
  }
  #hello: Hello | undefined
  #devicesRevision = 0
  #sessionsLost = 0
  /** The first of the newest `up_next`. */
  #nextTrackId: string | undefined

  constructor(options: ClientOptions) {
    super()
    this.#options = options
    this.#telemetry = new TelemetrySender(options.store ?? memoryEventStore(), {
      acked: (events, pending) => this.emit('acked', { events, pending }),
      dropped: (events, reason) => this.emit('dropped', { events, reason }),
      storeFailed: (error) => this.emit('store_failed', { error }),
    })
    if (options.account !== undefined) this.#telemetry.signedIn(options.account)
    this.#connection = new Connection({
      options,
      became: (now) => this.emit('state', now),
      message: (message, link) => this.#onMessage(message, link),
      quiet: () => this.#quiet(),
      probe: () => this.#upkeep.probe(),
      closed: (name) => this.#handshake.closed(name),
      resumeWithinMs: () => (this.#memory.resumable === undefined ? undefined : this.#memory.resumeWithinMs),
      sessionLost: (reason, failed) => {
        this.#memory.forget()
        this.#loseSession(new SegueError('disconnected', reason, !failed))
      },
    })
    this.#handshake = new Handshake({
      options,
      memory: this.#memory,
      nextId: () => this.#requests.nextId(),
      // What is asked and not yet answered may have moved the playhead to where the gateway does not know of.
      place: () => {
        const { stream_id } = this.playback ?? {}
        const at = this.#requests.waiting > 0 ? undefined : options.position?.()
        return at === undefined || stream_id === undefined
          ? {}
          : { stream_id, position_ms: Math.max(0, Math.round(at.position_ms)) }
      },
      isCurrent: (link) => link === this.#connection.link,
      signedOut: (reason) => this.#connection.fail(`no access token: ${reason}`),
    })
  }

  get state(): ClientState {
    return this.#connection.state
  }

  /** The open stream as last said, with its track or advertisement; undefined when none is open. */
  get playback(): Playback | undefined {
    return this.#playback.current
  }

  /** Events that are not yet acknowledged. */
  get pendingEvents(): number {
    return this.#telemetry.pending
  }

  /** The clock of the gateway, as near as the last sign-in tells. */
  serverNowMs(): number {
    return this.#upkeep.serverNowMs()
  }

  open(): this {
    this.#connection.open()
    return this
  }

  /** Connects at once instead of at the end of the wait: the listener asked for it. What the surroundings tell is heard without it. */
  retryNow(): void {
    this.#connection.retryNow()
  }

  /** Begins a track; the open stream, if any, ends. */
  play(wish: PlayWish): Promise<Playback> {
    return this.#ofStream.begin(wish)
  }

  /** The paused stream goes on; when its session was lost, as a new stream from where it stood. */
  resume(wish: Pick<PlayWish, 'instead_of_device_id'> = {}): Promise<Playback> {
    return this.#ofStream.goOn(wish)
  }

  pause(position_ms: number): Promise<Playback> {
    return this.#ofStream.of({ type: 'pause', position_ms })
  }

  seek(from_ms: number, position_ms: number): Promise<Playback> {
    return this.#ofStream.of({ type: 'seek', from_ms, position_ms })
  }

  next(wish: { reason: Next['reason']; position_ms: number }): Promise<Playback> {
    return this.#ofStream.of({ type: 'next', ...wish })
  }

  stop(wish: { reason: Stop['reason']; position_ms: number }): Promise<Playback> {
    return this.#ofStream.of({ type: 'stop', ...wish })
  }

  /** What `from` plays goes on on another device, at its position: `devices` says what there is, and by which fence. */
  async transfer(from: { readonly device_id: string; readonly fence: number }, toDeviceId: string): Promise<void> {
    const { device_id: from_device_id, fence } = from
    await this.#ask({ type: 'transfer', from_device_id, to_device_id: toDeviceId, fence })
  }

  /** Asks another device of the listener to do something; what it does then is seen in `devices`. */
  async command(device_id: string, wish: Omit<Command, 'type' | 'id' | 'device_id'>): Promise<void> {
    await this.#ask({ type: 'command', device_id, ...wish })
  }

  /** Gives this device another name, which the listener's other devices see at once. The player remembers it: the next client is given it as `device`. */
  async rename(name: string): Promise<void> {
    await this.#ask({ type: 'rename', name })
    this.#handshake.renamed(name)
  }

  /** What of the catalog is called so, as far as it is typed. Rejected when the socket goes: it is not worth asking again by itself. */
  async search(wish: SearchWish): Promise<Found> {
    this.#mustBeConnected()
    return this.#searches.ask({ type: 'search', id: this.#requests.nextId(), ...wish }, (asked) =>
      this.#connection.link?.send(asked),
    )
  }

  /** Not for me: the track is suggested no more. */
  async dismiss(track_id: string): Promise<void> {
    await this.#ask({ type: 'dismiss', track_id })
  }

  /** Says at once where the playhead is and how loud it is, for the listener's other devices; else the next heartbeat does. */
  show(): void {
    if (this.state === 'connected') this.#upkeep.beat()
  }

  /** Says which chunks there is room for; said again after `ready` and `resumed` by whoever plays. */
  credit(window: Omit<Credit, 'type'>): void {
    if (this.state === 'connected') this.#connection.link?.send({ type: 'credit', ...window, ...this.#fence() })
  }

  /** Keeps an event until the gateway has acknowledged it. Its `seq` is final once it is kept, which is when it is known whose it is: after the first `ready`. Of a play without a session: `offline`. */
  report(kind: TelemetryKind, seen: Seen): TelemetryEvent {
    const known = { ...this.#playback.fenceOf(seen.stream_id), ...seen }
    return this.#telemetry.report(kind, known, Math.round(this.serverNowMs()))
  }

  /** The listener followed the advertisement that plays: the gateway is told, also when it cannot be reached now. */
  adClicked(): void {
    const { ad, position_ms } = this.playback ?? {}
    if (ad === undefined) return
    const at = Math.round(this.#options.position?.()?.position_ms ?? position_ms ?? 0)
    this.report('ad-clicked', { stream_id: ad.impression_id, position_ms: at })
  }

  /** Ends for good. Events not yet acknowledged are left in the store, for the next client; resolved once they are there. */
  close(): Promise<void> {
    this.#loseSession(new SegueError('closed', 'the client was closed', false))
    this.#connection.close()
    return this.#telemetry.close()
  }

  #onMessage(message: DownMessage, link: SocketLink): void {
    const hear = this.#hear[message.type] as ((message: DownMessage, link: SocketLink) => void) | undefined
    // A later gateway may say what this client does not know: passed over, as C3 has it of fields.
    hear?.(message, link)
  }

  /** A gap cannot be; should it be, the session is resumed, which says what is missing or that it is. */
  #isNext(link: SocketLink, seq: number): boolean {
    const place = this.#memory.place(seq)
    if (place === 'gap') link.drop(GIVEN_UP)
    return place === 'next'
  }

  #onReady(link: SocketLink, message: Ready): void {
    this.#memory.begin(message)
    this.#telemetry.signedIn(message.account.id)
    this.#loseSession(new SegueError('disconnected', 'the session was lost', true))
    this.#connected(link, message)
    this.emit('ready', message)
    this.#playback.goOn()
  }

  #onResumed(link: SocketLink, message: Resumed): void {
    this.#memory.goOn(message)
    this.#connected(link, message)
    this.emit('resumed', message)
    if (message.state !== undefined) {
      this.#requests.rejectAnswered(message.last_request, new SegueError('lost', 'done, but the answer is lost', false))
      this.#playback.told({ ...message.state.playback, seq: message.seq })
      this.#onUpNext(message.state.up_next)
    }
    this.#requests.askAgain(message.last_request, (request) => link.send(request))
  }

  #onUpNext(message: UpNext): void {
    this.#memory.upNextRevision = message.revision
    this.#nextTrackId = message.tracks[0]?.track_id
    this.emit('up_next', message)
  }

  #connected(link: SocketLink, welcome: Welcome): void {
    this.#upkeep.connected(link, this.#hello, welcome, this.#memory.tokenExpiresAtMs)
    this.#connection.connected()
    const { max_batch_events: mostEvents = 1, messages_per_second: messagesPerSecond = 1 } = this.#hello ?? {}
    this.#telemetry.connected((batch) => link.send(batch), { mostEvents, messagesPerSecond }, welcome.quiet_ms)
  }

  #onError(link: SocketLink, message: ErrorMessage): void {
    if (this.#handshake.refused(link, message) || this.#upkeep.refused(message)) return
    if (this.#requests.refuse(message) || this.#searches.refuse(message)) return
    this.emit('error', message)
    if (message.batch !== undefined) this.#telemetry.refused(message.batch, message)
  }

  #loseSession(why: SegueError): void {
    this.#sessionsLost += 1
    this.#requests.rejectAll(why)
  }

  #fence(): { fence?: number } {
    const fence = this.playback?.fence
    return fence === undefined ? {} : { fence }
  }

  async #ask(request: WithoutId): Promise<Playback | Done> {
    this.#mustBeConnected()
    return this.#requests.ask({ ...request, id: this.#requests.nextId() }, (asked) =>
      this.#connection.link?.send(asked),
    )
  }

  #mustBeConnected(): void {
    if (this.state === 'connected') return
    throw new SegueError('disconnected', 'not connected now; try again when it is', true)
  }

  #quiet(): void {
    this.#playback.quiet()
    this.#searches.quiet()
    this.#upkeep.quiet()
    this.#telemetry.disconnected()
  }
}
