/** Owns a client written from `protocol/SPEC.md`: its session over lines that come and go (U1-U5), its requests, its telemetry (T1-T4). */

import type { Commanded } from '../../protocol/messages/commanded.ts'
import type { Devices } from '../../protocol/messages/devices.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { ErrorMessage } from '../../protocol/messages/error.ts'
import type { Hello } from '../../protocol/messages/hello.ts'
import type { Playback } from '../../protocol/messages/playback.ts'
import type { Resumed } from '../../protocol/messages/resumed.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'
import { ClientLine } from './client-line.ts'
import type { ClientWitness, Request } from './client-witness.ts'
import { EventOutbox } from './event-outbox.ts'
import type { Line } from './network.ts'
import type { Manner, Playhead } from './playhead.ts'
import type { Profile } from './profile.ts'
import { SimPlayer } from './sim-player.ts'
import type { Actor, Task, World } from './world.ts'

const FLUSH_MS = 250
const RETRY_MS = 1_000
const REFRESH_BEFORE_MS = 60_000
const GOODBYE = 1000
const MOST_MS = 86_400_000

type WithoutId = Request extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never
type OfStream = Extract<Request, { type: 'play' | 'pause' | 'seek' | 'next' | 'stop' }>
type WithoutNames<R> = R extends unknown ? Omit<R, 'id' | 'stream_id' | 'fence'> : never

export interface SimClientParts {
  readonly world: World
  readonly actor: Actor
  readonly account: string
  readonly manner: Manner
  readonly profile: Profile
  readonly witness: ClientWitness
  readonly connect: (client: SimClient) => Line | undefined
  readonly token: (account: string, lifeMs: number) => string
}

const isLeaving = (request: Request) =>
  request.type === 'next' || request.type === 'stop' || (request.type === 'play' && request.reason === 'pick')

export class SimClient {
  readonly world: World
  readonly actor: Actor
  readonly account: string
  readonly manner: Manner
  readonly outbox = new EventOutbox()
  readonly requests = new Map<number, Request>()
  readonly #parts: SimClientParts
  readonly #line: ClientLine
  readonly #player: SimPlayer
  /** Of the account, as it was told last. */
  devices: Devices['devices'] = []
  /** There is no network where it is. */
  offline = false
  sessionId = ''
  lastSeq = 0
  #nextId = 1
  #ticket: string | undefined
  #resumeId = 0
  #resumeWithinMs = 0
  #tokenExpiresAtMs = 0
  #upNextRevision: number | undefined
  #hello: Hello | undefined
  #unanswered = 0
  #clockOffsetMs = 0
  #flushTask: Task | undefined
  #lossTask: Task | undefined

  constructor(parts: SimClientParts) {
    this.#parts = parts
    const { world, actor, account, manner, profile, witness } = parts
    this.world = world
    this.actor = actor
    this.account = account
    this.manner = manner
    this.#line = new ClientLine({
      world,
      actor,
      connect: () => parts.connect(this),
      hear: (message) => this.#hear(message),
      quiet: () => this.outbox.putAllBack(),
      closed: (code, name) => this.#closed(code, name),
      failed: (name) => this.#sessionLost(name),
      waiting: () => this.#mayBeLost(),
    })
    this.#player = new SimPlayer({
      world,
      actor,
      manner,
      profile,
      isConnected: () => this.phase === 'connected',
      isIdle: () => this.requests.size === 0,
      send: (message) => this.#line.send(message),
      next: () => this.next('completed'),
      playOn: (trackId, positionMs) => this.play(trackId, positionMs, 'reconnect'),
      report: (event) => this.#report(event),
      told: () => witness.told(this),
      moved: (playhead, fromMs, toMs) => witness.moved(this, playhead, fromMs, toMs),
    })
  }

  /** Of the device: an account may have several. */
  get name(): string {
    return this.actor.name
  }

  get isHonest(): boolean {
    return this.manner.speed === 1 && !this.manner.withoutAudio
  }

  /** The next connection is for the session that waits. */
  get isToResume(): boolean {
    return this.#ticket !== undefined
  }

  get phase(): ClientLine['phase'] {
    return this.#line.phase
  }

  /** How long it has had a session so far, or wanted one. */
  get openMs(): number {
    return this.#line.openMs
  }

  get line(): Line | undefined {
    return this.#line.line
  }

  get playhead(): Playhead | undefined {
    return this.#player.playhead
  }

  get status(): Playback['status'] {
    return this.#player.status
  }

  // --- what the listener does, and what befalls the device

  open(): void {
    this.#line.open()
  }

  /** Signs out: the session ends with the socket. */
  close(): void {
    this.#end((line) => line.leave(GOODBYE))
  }

  /** The program is killed and begins anew: what it holds durably are its events alone. */
  restart(): void {
    this.#parts.witness.killed(this)
    this.#end((line) => line.cut())
    this.world.after(this.world.between(1_000, 20_000), this.actor, () => this.open())
  }

  #end(how: (line: Line) => void): void {
    this.#player.rest()
    this.#line.close(how)
    this.#forget()
    this.#player.stop()
  }

  sleep(): void {
    this.#player.sleep()
    this.world.freeze(this.actor)
  }

  wake(): void {
    this.#player.wake()
    this.world.thaw(this.actor)
    this.world.after(0, this.actor, () => this.#player.tick())
  }

  play(trackId: string, positionMs: number, reason: 'pick' | 'reconnect'): void {
    const from =
      this.playhead === undefined ? {} : { stream_id: this.playhead.streamId, from_ms: this.#player.positionMs }
    this.ask({ type: 'play', track_id: trackId, position_ms: positionMs, reason, ...from })
  }

  pause(): void {
    if (this.playhead === undefined) return
    this.#player.move(false)
    this.#askOfStream({ type: 'pause', position_ms: this.#player.positionMs })
    this.#player.report('paused')
  }

  seek(positionMs: number): void {
    const from_ms = this.#player.positionMs
    // The stream to come is not here yet.
    if (this.playhead === undefined || this.#isToChange) return
    this.playhead.jump(positionMs, this.world.nowMs)
    this.#askOfStream({ type: 'seek', from_ms, position_ms: positionMs })
    // The window was void with it, and what is held may not be granted.
    this.#player.credit()
    this.#player.report('seeked')
  }

  /** On to what is up next. */
  next(reason: 'next' | 'completed'): void {
    if (reason === 'next') this.#player.report('skipped')
    this.#askOfStream({ type: 'next', position_ms: this.#player.positionMs, reason })
  }

  stop(): void {
    this.#askOfStream({ type: 'stop', position_ms: this.#player.positionMs, reason: 'stopped' })
  }

  /** On with what is paused. */
  goOn(): void {
    this.#askOfStream({ type: 'play' })
  }

  ask(wish: WithoutId): void {
    if (this.phase !== 'connected') return
    const request = { ...wish, id: this.#newId() } as Request
    this.requests.set(request.id, request)
    this.#parts.witness.asked(this, request)
    this.#line.send(request)
    // The listener left what played; should the wish be refused, it goes on.
    if (isLeaving(request)) this.#player.move(false)
  }

  /** By the name of the stream that plays here, and its fence (P8). */
  #askOfStream(wish: WithoutNames<OfStream>): void {
    if (this.playhead === undefined) return
    this.ask({
      ...wish,
      stream_id: this.playhead.streamId,
      ...(wish.type === 'play' ? {} : this.#player.fenced),
    } as WithoutId)
  }

  get #isToChange(): boolean {
    for (const { type } of this.requests.values()) if (type === 'next' || type === 'play') return true
    return false
  }

  #newId(): number {
    this.#nextId += 1
    return this.#nextId - 1
  }

  // --- the session

  #closed(code: number, name: string): void {
    this.#parts.witness.closed(this, code)
    // The gateway knows less of the token than we do: it is told again (R2).
    if (name === 'token_expired') this.#tokenExpiresAtMs = 0
    if (name === 'ticket_invalid' || name === 'ticket_used') this.#sessionLost(name)
  }

  #mayBeLost(): void {
    if (this.#ticket === undefined || this.#lossTask !== undefined) return
    this.#lossTask = this.world.after(this.#resumeWithinMs, this.actor, () => this.#sessionLost('waited too long'))
  }

  #sessionLost(why: string): void {
    if (this.#ticket !== undefined) this.#parts.witness.sessionLost(this, why)
    this.#forget()
  }

  #forget(): void {
    this.#ticket = undefined
    this.lastSeq = 0
    this.requests.clear()
    this.#isNotLost()
  }

  #isNotLost(): void {
    this.#lossTask?.cancel()
    this.#lossTask = undefined
  }

  #hear(message: DownMessage): void {
    this.#parts.witness.got(this, message)
    switch (message.type) {
      case 'hello':
        this.#hello = message
        if (this.#ticket === undefined) this.#authenticate()
        else this.#resume(this.#ticket)
        return
      case 'ready':
        this.#ticket = message.ticket
        this.sessionId = message.session_id
        this.lastSeq = 0
        this.#upNextRevision = undefined
        this.requests.clear()
        this.#tokenExpiresAtMs = message.token_expires_at_ms
        this.#connected(message)
        this.#player.goOn()
        return
      case 'resumed':
        this.#resumed(message)
        return
      case 'heartbeat_ack':
        this.#unanswered = 0
        return
      case 'refreshed':
        this.#tokenExpiresAtMs = message.token_expires_at_ms
        this.#refreshInTime()
        return
      case 'playback':
        this.#answered(message)
        return
      case 'done':
        this.requests.delete(message.re)
        this.#isNext(message.seq)
        return
      case 'devices':
        this.devices = message.devices
        return
      case 'commanded':
        this.#obey(message)
        return
      case 'up_next':
        this.#upNextRevision = message.revision
        return
      case 'grant':
        this.#player.granted(
          message.stream_id,
          message.chunks.map(({ index }) => index),
        )
        return
      case 'ack':
        this.#parts.witness.acknowledged(this, this.outbox.settle(message.batch))
        this.#flush()
        return
      case 'error':
        this.#refused(message)
        return
      case 'goaway':
        this.#line.comeBackAfter(message.reconnect_after_ms)
        return
    }
  }

  /** Another device asks: as if its own listener had. */
  #obey({ action, stream_id, position_ms = 0 }: Commanded): void {
    if (action === 'play' && this.status === 'paused') this.goOn()
    else if (this.playhead === undefined || this.status !== 'playing') return
    else if (action === 'pause') this.pause()
    else if (stream_id !== this.playhead.streamId) return
    else if (action === 'next') this.next('next')
    else if (action === 'seek') this.seek(Math.min(position_ms, this.playhead.track.duration_ms))
  }

  #authenticate(): void {
    this.#line.phase = 'authenticating'
    const token = this.#parts.token(this.account, this.#parts.profile.tokenLifeMs)
    this.#line.send({ type: 'authenticate', token, device: { id: this.actor.name, name: 'A player', kind: 'web' } })
  }

  #resume(ticket: string): void {
    this.#line.phase = 'resuming'
    this.#resumeId = this.#newId()
    // With a request unanswered nobody knows which stream, or which run of it, the place would be taken for.
    const isKnown = this.playhead !== undefined && this.requests.size === 0
    this.#line.send({
      type: 'resume',
      id: this.#resumeId,
      ticket,
      last_seq: this.lastSeq,
      ...(this.#upNextRevision === undefined ? {} : { up_next_revision: this.#upNextRevision }),
      ...(isKnown ? { stream_id: this.playhead?.streamId, position_ms: this.#player.positionMs } : {}),
    })
  }

  #connected(message: Pick<Resumed, 'resume_within_ms' | 'server_time_ms' | 'quiet_ms'>): void {
    this.#line.connected()
    this.#resumeWithinMs = message.resume_within_ms
    this.#clockOffsetMs = message.server_time_ms - (this.world.nowMs + this.actor.clockAheadMs)
    this.#isNotLost()
    this.#unanswered = 0
    const { quiet_ms: quietMs } = message
    this.#line.after(quietMs ?? this.#hello?.first_heartbeat_ms ?? 0, () => this.#beat())
    this.#refreshInTime()
    if (quietMs === undefined) this.#flush()
    else this.#flushAfterQuiet(quietMs)
  }

  #resumed(message: Resumed): void {
    this.#ticket = message.ticket
    this.#connected(message)
    if (!message.recovered) {
      this.lastSeq = message.seq
      for (const id of [...this.requests.keys()]) if (id <= message.last_request) this.requests.delete(id)
      if (message.state !== undefined) {
        const { playback, up_next } = message.state
        this.#player.told({ ...playback, seq: message.seq }, true)
        this.#upNextRevision = up_next.revision
      }
    }
    // A client speaks as soon as it is heard again: what was never answered, its credit.
    for (const [id, request] of this.requests) if (id > message.last_request) this.#line.send(request)
    this.#player.credit()
  }

  #beat(): void {
    if (this.#unanswered >= 2) {
      this.#line.drop()
      return
    }
    this.#unanswered += 1
    this.#line.after(this.#hello?.heartbeat_interval_ms ?? 0, () => this.#beat())
    const { playhead } = this
    const sent_at_ms = Math.max(0, Math.round(this.world.nowMs + this.actor.clockAheadMs))
    if (playhead === undefined) {
      this.#line.send({ type: 'heartbeat', sent_at_ms })
      return
    }
    const buffer_ms = Math.min(MOST_MS, Math.round(playhead.aheadMs(this.world.nowMs)))
    const position_ms = this.#player.positionMs
    const { fenced } = this.#player
    this.#line.send({ type: 'heartbeat', sent_at_ms, stream_id: playhead.streamId, position_ms, buffer_ms, ...fenced })
  }

  #refreshInTime(): void {
    const leftMs = this.#tokenExpiresAtMs - this.#serverNowMs()
    this.#line.after(leftMs - REFRESH_BEFORE_MS, () => {
      const token = this.#parts.token(this.account, this.#parts.profile.tokenLifeMs)
      this.#line.send({ type: 'refresh', id: this.#newId(), token })
    })
  }

  #serverNowMs(): number {
    return this.world.nowMs + this.actor.clockAheadMs + this.#clockOffsetMs
  }

  // --- answers and refusals

  #answered(message: Playback): void {
    const request = message.re === undefined ? undefined : this.requests.get(message.re)
    if (request !== undefined) this.requests.delete(request.id)
    const goesOn = request?.type === 'play' && request.reason === 'reconnect'
    if (this.#isNext(message.seq)) this.#player.told(message, goesOn)
  }

  #isNext(seq: number): boolean {
    if (seq <= this.lastSeq) return false
    this.lastSeq = seq
    return true
  }

  #refused(message: ErrorMessage): void {
    if (message.seq !== undefined && !this.#isNext(message.seq)) return
    if (message.re !== undefined && message.re === this.#resumeId) this.#resumeRefused(message)
    else if (message.batch !== undefined) this.#batchRefused(message.batch, message.retriable)
    else if (message.re !== undefined) this.#requestRefused(message.re, message.retriable)
  }

  #resumeRefused(message: ErrorMessage): void {
    if (message.retriable) {
      this.#line.drop()
      return
    }
    this.#sessionLost(message.name)
    this.#authenticate()
  }

  #batchRefused(batch: number, retriable: boolean): void {
    if (!retriable) this.outbox.settle(batch)
    else {
      this.outbox.putBack(batch)
      this.#flushSoon(RETRY_MS)
    }
  }

  #requestRefused(re: number, retriable: boolean): void {
    const request = this.requests.get(re)
    if (request === undefined) return
    this.requests.delete(re)
    if (isLeaving(request) && this.status === 'playing') this.#player.goOnFrom(retriable)
    // There is no room for the stream to go on in.
    if (!retriable && request.type === 'play' && request.reason === 'reconnect') this.#player.stop()
    // What failed for a while is wished again.
    if (retriable) this.#line.after(RETRY_MS, () => this.#wishAgain(request))
  }

  #wishAgain(request: Request): void {
    if (request.type === 'next') this.next(request.reason === 'completed' ? 'completed' : 'next')
    else if (request.type === 'play' && request.track_id !== undefined) {
      const goesOn = request.reason === 'reconnect'
      this.play(request.track_id, goesOn ? this.#player.positionMs : 0, goesOn ? 'reconnect' : 'pick')
    }
  }

  // --- telemetry

  #report(seen: Omit<TelemetryEvent, 'id' | 'seq' | 'at_ms'>): void {
    const event = this.outbox.add({ ...seen, at_ms: Math.round(this.#serverNowMs()) })
    this.#parts.witness.reported(this, event)
    this.#flushSoon(FLUSH_MS)
  }

  #flushSoon(delayMs: number): void {
    this.#flushTask ??= this.world.after(delayMs, this.actor, () => this.#flush())
  }

  /** U6: events wait, those that are made meanwhile too. */
  #flushAfterQuiet(quietMs: number): void {
    this.#flushTask?.cancel()
    this.#flushTask = undefined
    this.#flushSoon(quietMs)
  }

  #flush(): void {
    this.#flushTask?.cancel()
    this.#flushTask = undefined
    while (this.phase === 'connected') {
      const batch = this.outbox.take()
      if (batch === undefined) return
      this.#line.send(batch)
    }
  }
}
