/** Owns a client written from `protocol/SPEC.md`: its line, session, requests, player and telemetry, and what befalls the device. */

import type { Devices } from '../../protocol/messages/devices.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { ErrorMessage } from '../../protocol/messages/error.ts'
import type { Playback } from '../../protocol/messages/playback.ts'
import type { Resumed } from '../../protocol/messages/resumed.ts'
import { ClientAsks } from './client-asks.ts'
import { ClientLine } from './client-line.ts'
import { ClientSession } from './client-session.ts'
import { ClientTelemetry } from './client-telemetry.ts'
import type { ClientWitness, Request } from './client-witness.ts'
import type { EventOutbox } from './event-outbox.ts'
import type { Line } from './network.ts'
import type { Manner, Playhead } from './playhead.ts'
import type { Profile } from './profile.ts'
import { SimPlayer } from './sim-player.ts'
import type { Actor, World } from './world.ts'

const GOODBYE = 1000
const MOST_MS = 86_400_000

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

export class SimClient {
  readonly world: World
  readonly actor: Actor
  readonly account: string
  readonly manner: Manner
  readonly #parts: SimClientParts
  readonly #line: ClientLine
  readonly #player: SimPlayer
  readonly #session: ClientSession
  readonly #asks: ClientAsks
  readonly #telemetry: ClientTelemetry
  /** Of the account, as it was told last. */
  devices: Devices['devices'] = []
  /** There is no network where it is. */
  offline = false

  constructor(parts: SimClientParts) {
    this.#parts = parts
    const { world, actor, account, manner, profile, witness } = parts
    this.world = world
    this.actor = actor
    this.account = account
    this.manner = manner
    const isConnected = () => this.phase === 'connected'
    this.#line = new ClientLine({
      world,
      actor,
      connect: () => parts.connect(this),
      hear: (message) => this.#hear(message),
      quiet: () => this.outbox.putAllBack(),
      closed: (code, name) => {
        witness.closed(this, code)
        this.#session.closed(name)
      },
      failed: (name) => this.#session.lose(name),
      waiting: () => this.#session.mayBeLost(),
    })
    this.#player = new SimPlayer({
      world,
      actor,
      manner,
      profile,
      isConnected,
      isIdle: () => this.requests.size === 0,
      send: (message) => this.#line.send(message),
      next: () => this.#asks.next('completed'),
      playOn: (trackId, positionMs) => this.#asks.play(trackId, positionMs, 'reconnect'),
      report: (event) => this.#telemetry.report(event),
      told: () => witness.told(this),
      moved: (playhead, fromMs, toMs) => witness.moved(this, playhead, fromMs, toMs),
    })
    this.#session = new ClientSession({
      world,
      actor,
      line: this.#line,
      token: () => parts.token(account, profile.tokenLifeMs),
      place: () => this.#place(),
      playing: () => this.#playing(),
      forgotten: () => this.requests.clear(),
      lost: (why) => witness.sessionLost(this, why),
    })
    this.#asks = new ClientAsks({
      player: this.#player,
      nowMs: () => world.nowMs,
      isConnected,
      newId: () => this.#session.newId(),
      asked: (request) => witness.asked(this, request),
      send: (request) => this.#line.send(request),
      after: (delayMs, work) => this.#line.after(delayMs, work),
    })
    this.#telemetry = new ClientTelemetry({
      world,
      actor,
      isConnected,
      serverNowMs: () => this.#session.serverNowMs(),
      send: (message) => this.#line.send(message),
      reported: (event) => witness.reported(this, event),
      acknowledged: (events) => witness.acknowledged(this, events),
    })
  }

  /** Of the device: an account may have several. */
  get name(): string {
    return this.actor.name
  }

  get isHonest(): boolean {
    return this.manner.speed === 1 && !this.manner.withoutAudio
  }

  get isToResume(): boolean {
    return this.#session.isToResume
  }

  get sessionId(): string {
    return this.#session.id
  }

  get lastSeq(): number {
    return this.#session.lastSeq
  }

  get requests(): Map<number, Request> {
    return this.#asks.waiting
  }

  get outbox(): EventOutbox {
    return this.#telemetry.outbox
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

  /** What its listener asks of playback. */
  get asks(): ClientAsks {
    return this.#asks
  }

  // --- what befalls the device

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
    this.#session.forget()
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

  // --- what it says of its playhead

  #place(): { stream_id?: string; position_ms?: number } {
    // With a request unanswered nobody knows which run of the stream the place would be taken for.
    if (this.playhead === undefined || this.requests.size > 0) return {}
    return { stream_id: this.playhead.streamId, position_ms: this.#player.positionMs }
  }

  #playing() {
    const { playhead, positionMs: position_ms, fenced } = this.#player
    if (playhead === undefined) return {}
    const buffer_ms = Math.min(MOST_MS, Math.round(playhead.aheadMs(this.world.nowMs)))
    return { stream_id: playhead.streamId, position_ms, buffer_ms, ...fenced }
  }

  // --- what it hears

  #hear(message: DownMessage): void {
    this.#parts.witness.got(this, message)
    switch (message.type) {
      case 'hello':
        this.#session.greeted(message)
        return
      case 'ready':
        this.requests.clear()
        this.#session.ready(message)
        this.#telemetry.connected(undefined)
        this.#player.goOn()
        return
      case 'resumed':
        this.#resumed(message)
        return
      case 'heartbeat_ack':
        this.#session.beatAnswered()
        return
      case 'refreshed':
        this.#session.refreshed(message.token_expires_at_ms)
        return
      case 'playback':
        this.#answered(message)
        return
      case 'done':
        this.#asks.answered(message.re)
        this.#session.isNext(message.seq)
        return
      case 'devices':
        this.devices = message.devices
        return
      case 'commanded':
        this.#asks.obey(message)
        return
      case 'up_next':
        this.#session.upNextRevision = message.revision
        return
      case 'grant':
        this.#player.granted(
          message.stream_id,
          message.chunks.map(({ index }) => index),
        )
        return
      case 'ack':
        this.#telemetry.acked(message.batch)
        return
      case 'error':
        this.#refused(message)
        return
      case 'goaway':
        this.#line.comeBackAfter(message.reconnect_after_ms)
        return
    }
  }

  #resumed(message: Resumed): void {
    this.#session.resumed(message)
    this.#telemetry.connected(message.quiet_ms)
    if (!message.recovered) this.#asks.forgetAnswered(message.last_request)
    if (message.state !== undefined) this.#player.told({ ...message.state.playback, seq: message.seq }, true)
    // A client speaks as soon as it is heard again: what was never answered, its credit.
    this.#asks.sendAgain(message.last_request)
    this.#player.credit()
  }

  #answered(message: Playback): void {
    const request = this.#asks.answered(message.re)
    const goesOn = request?.type === 'play' && request.reason === 'reconnect'
    if (this.#session.isNext(message.seq)) this.#player.told(message, goesOn)
  }

  #refused(message: ErrorMessage): void {
    if (message.seq !== undefined && !this.#session.isNext(message.seq)) return
    if (this.#session.refused(message)) return
    if (message.batch !== undefined) this.#telemetry.refused(message.batch, message.retriable)
    else if (message.re !== undefined) this.#asks.refused(message.re, message.retriable)
  }
}
