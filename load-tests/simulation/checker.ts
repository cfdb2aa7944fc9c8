/** Owns the watch over a run: it sees what clients, gateways, Redis and the books do, and says which invariant broke. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { Grant } from '../../protocol/messages/grant.ts'
import type { Resumed } from '../../protocol/messages/resumed.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'
import { AnswerWatch } from './answer-watch.ts'
import { auditBooks } from './audit.ts'
import type { ClickHouseBook, RoyaltyBook } from './books.ts'
import type { ClientWitness, Request } from './client-witness.ts'
import { type Counts, noCounts } from './counts.ts'
import type { GatewayNode, GatewayWitness } from './gateway-node.ts'
import { History } from './history.ts'
import type { InvariantId, Violation } from './invariants.ts'
import { LeaseWatch } from './lease-watch.ts'
import type { Line } from './network.ts'
import type { Playhead } from './playhead.ts'
import type { Profile } from './profile.ts'
import type { RedisWitness } from './redis-model.ts'
import { handOver, mayBeGone, newSessionFacts, type SessionFacts } from './session-facts.ts'
import type { SimClient } from './sim-client.ts'
import { StreamWatch } from './stream-watch.ts'
import type { World } from './world.ts'

const MOST_VIOLATIONS = 20
export class Checker implements GatewayWitness, ClientWitness, RedisWitness {
  readonly #world: World
  readonly #profile: Profile
  readonly violations: Violation[] = []
  readonly counts: Counts = noCounts()
  readonly leases = new LeaseWatch(this.counts, (...found) => this.violate(...found))
  readonly #sessions = new Map<string, SessionFacts>()
  readonly #streams: StreamWatch
  readonly #answers = new AnswerWatch((...found) => this.violate(...found))
  readonly #events = new Map<string, { readonly client: string; acked: boolean; rows: number }>()
  readonly #lines = new Map<Line, string>()
  readonly #history: History
  /** How often a transfer was asked for in an account. */
  readonly #transfers = new Map<string, number>()

  /** @param traced the client whose history is kept, with the faults of the time */
  constructor(world: World, profile: Profile, traced: string | undefined) {
    this.#world = world
    this.#profile = profile
    this.#streams = new StreamWatch(world)
    this.#history = new History(world, traced)
  }

  violate(invariant: InvariantId, about: string, text: string): void {
    this.trace('VIOLATION', about, `${invariant} ${text}`)
    if (this.violations.length >= MOST_VIOLATIONS) return
    this.violations.push({ invariant, atMs: this.#world.nowMs, about, text })
  }

  /** What happened, for people, when a seed is replayed. */
  trace(who: string, about: string, text: string): void {
    this.#history.note(who, about, text)
  }

  get history(): readonly string[] {
    return this.#history.lines
  }

  heard(gateway: GatewayNode, line: Line, message: UpMessage): void {
    this.#world.note(message.type)
    const sessionId = this.#lines.get(line)
    const session = sessionId === undefined ? undefined : this.#sessions.get(sessionId)
    this.#history.message(gateway.id, line.client.name, '<', message)
    if (session === undefined) return
    session.heardAtMs = this.#world.nowMs
    if ((message.type === 'play' || message.type === 'next') && !session.begunAtMs.has(message.id)) {
      session.begunAtMs.set(message.id, this.#world.nowMs)
    }
    if ((message.type === 'next' || message.type === 'stop') && message.stream_id !== undefined)
      this.#streams.streams.get(message.stream_id)?.left()
    this.#handedOver(session, gateway)
  }

  #handedOver(session: SessionFacts, gateway: GatewayNode): void {
    handOver(session, gateway.id, gateway.context.now() - this.#world.nowMs)
    if (gateway.context.dependencies.redis.isDown) session.savingAtMs = this.#world.nowMs
  }

  said(gateway: GatewayNode, line: Line, message: DownMessage): void {
    this.#history.message(gateway.id, line.client.name, '>', message)
    if (message.type === 'ready' || message.type === 'resumed') {
      this.leases.said(message.session_id, line.client.name, message)
      this.#lines.set(line, message.session_id)
      const session = this.#session(message.session_id, line.client.name)
      session.heardAtMs = this.#world.nowMs
      // Its first save is under way.
      if (message.type === 'ready') session.savingAtMs = this.#world.nowMs
      this.#handedOver(session, gateway)
      return
    }
    const sessionId = this.#lines.get(line)
    if (sessionId === undefined) return
    this.leases.said(sessionId, line.client.name, message)
    if (message.type === 'playback' && message.track !== undefined && message.stream_id !== undefined) {
      this.#began(this.#session(sessionId, line.client.name), sessionId, gateway.id, message.stream_id, message.re)
    }
  }

  #began(session: SessionFacts, sessionId: string, gatewayId: string, streamId: string, re: number | undefined): void {
    if (re === undefined) {
      // Another device asked for it: what played here until now has no last word of its client.
      if (session.open !== undefined && session.open.streamId !== streamId) session.open.disturbed = true
      this.#streams.began({ streamId, gatewayId })
      return
    }
    const before = session.beganBy.get(re)
    if (before !== undefined && before !== streamId) {
      this.violate('I3', session.client, `request ${re} of ${sessionId} began ${before} and ${streamId}`)
    }
    session.beganBy.set(re, streamId)
    const atMs = session.begunAtMs.get(re) ?? this.#world.nowMs
    this.#streams.began({ streamId, gatewayId, atMs, reconnected: session.reconnects.has(re) })
  }

  granted(grant: Grant): void {
    this.#streams.granted(grant)
  }

  died(gateway: GatewayNode): void {
    this.#streams.died(gateway.id)
  }

  defect(gateway: GatewayNode, what: string): void {
    this.violate('I15', gateway.id, what)
  }

  #session(sessionId: string, client: string): SessionFacts {
    const known = this.#sessions.get(sessionId)
    if (known !== undefined) return known
    const session = newSessionFacts(client, this.#world.nowMs)
    this.#sessions.set(sessionId, session)
    this.counts.sessions += 1
    return session
  }

  got(client: SimClient, message: DownMessage): void {
    this.#world.note(`${client.name}${message.type}`)
    if (message.type === 'resumed') this.#resumed(client, message)
    else this.#answers.got(client, message)
  }

  #resumed(client: SimClient, { recovered, state }: Resumed): void {
    if (recovered) {
      this.counts.recovered += 1
      return
    }
    this.counts.state += 1
    if (client.playhead !== undefined) this.#streams.mark(client.playhead.streamId, 'disturbed')
    // The session is one that did less than its client saw: what it tells of may have gone on, or be over.
    const toldOf = state?.playback.stream_id
    if (toldOf !== undefined) this.#streams.mark(toldOf, 'undone')
  }

  asked(client: SimClient, request: Request): void {
    this.leases.asked(client.sessionId, request)
    if (request.type === 'transfer') {
      this.#transfers.set(client.account, (this.#transfers.get(client.account) ?? 0) + 1)
    }
    if (request.type === 'next' || (request.type === 'play' && request.track_id !== undefined)) {
      this.#session(client.sessionId, client.name).begins += 1
    }
    if (request.type === 'play' && request.track_id === undefined && client.playhead !== undefined) {
      this.#streams.streams.get(client.playhead.streamId)?.played(this.#world.nowMs)
    }
    if (request.type === 'play' && request.reason === 'reconnect') {
      this.counts.reconnectedStreams += 1
      this.#session(client.sessionId, client.name).reconnects.add(request.id)
    }
  }

  reported(client: SimClient, event: TelemetryEvent): void {
    this.counts.reported += 1
    this.#events.set(event.id, { client: client.name, acked: false, rows: 0 })
  }

  acknowledged(_client: SimClient, events: readonly TelemetryEvent[]): void {
    for (const { id } of events) {
      const facts = this.#events.get(id)
      if (facts !== undefined && !facts.acked) this.counts.acknowledged += 1
      if (facts !== undefined) facts.acked = true
    }
  }

  sessionLost(client: SimClient, why: string): void {
    this.counts.sessionsLost += 1
    const session = this.#sessions.get(client.sessionId)
    this.trace('client', client.name, `lost its session: ${why}`)
    if (session === undefined || why === 'waited too long') return
    if (why !== 'session_gone') {
      this.violate('I14', client.name, `${client.sessionId} was refused: ${why}`)
      return
    }
    if (mayBeGone(session, this.#profile, this.#world.nowMs)) return
    const quietMs = Math.round(this.#world.nowMs - session.heardAtMs)
    this.violate('I14', client.name, `${client.sessionId} was gone ${quietMs} ms after its last word`)
  }

  killed({ playhead }: SimClient): void {
    if (playhead !== undefined) this.#streams.mark(playhead.streamId, 'brokenOff')
  }

  closed(client: SimClient, code: number): void {
    this.trace('client', client.name, `closed ${code}`)
    if (code >= 4500 && client.isHonest) this.violate('I15', client.name, `closed for good with ${code}`)
    if (code === 4004) this.violate('I15', client.name, 'closed as of a defect')
  }

  told(client: SimClient): void {
    const session = this.#session(client.sessionId, client.name)
    const { playhead, status } = client
    const stream = playhead === undefined || status === 'stopped' ? undefined : this.#streams.of(client, playhead)
    // A client without a line has left by itself: what it sent may still be under way.
    if (session.open !== undefined && session.open !== stream && client.line !== undefined) {
      session.open.overAtMs = this.#world.nowMs
    }
    session.open = stream
    if (stream === undefined) return
    stream.overAtMs = Number.POSITIVE_INFINITY
    if (status === 'paused') stream.paused(this.#world.nowMs)
    else stream.played(this.#world.nowMs)
  }

  moved(client: SimClient, playhead: Playhead, fromMs: number, toMs: number): void {
    if (this.#history.isOf(client.name))
      this.trace('client', client.name, `moved ${playhead.streamId} ${Math.round(fromMs)}..${Math.round(toMs)}`)
    this.#streams.of(client, playhead).moved(fromMs, toMs)
  }

  saving(sessionId: string): void {
    const session = this.#sessions.get(sessionId)
    if (session !== undefined) session.savingAtMs = this.#world.nowMs
  }

  saved(sessionId: string, epoch: number, streamId: string): void {
    if (streamId !== '') this.#streams.saved(streamId)
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return
    session.savedAtMs = this.#world.nowMs
    if (epoch < session.maxEpoch) {
      this.violate(
        'I11',
        session.client,
        `${sessionId} was saved with epoch ${epoch} after ${session.maxEpoch} was taken`,
      )
    }
    session.maxEpoch = Math.max(session.maxEpoch, epoch)
  }

  taken(sessionId: string, epoch: number): void {
    const session = this.#sessions.get(sessionId)
    if (session === undefined) return
    // What its gateway did since the last save, it did for nobody: grants of that time are not known any more.
    if (session.savingAtMs > session.savedAtMs && session.open !== undefined) session.open.undone = true
    session.savedAtMs = this.#world.nowMs
    if (epoch <= session.maxEpoch) {
      this.violate(
        'I11',
        session.client,
        `${sessionId} was taken with epoch ${epoch} though ${session.maxEpoch} was known`,
      )
    }
    session.maxEpoch = epoch
  }

  claimed(streamId: string): void {
    this.#streams.mark(streamId, 'disturbed')
  }

  eventRow(identity: string): void {
    const facts = this.#events.get(identity.slice(0, identity.indexOf(' ')))
    if (facts === undefined) return
    facts.rows += 1
    if (facts.rows > 1) {
      this.counts.duplicated += 1
      this.violate('I5', facts.client, `event ${identity} is in the books ${facts.rows} times`)
    }
  }

  /** Everything is at rest: what the books hold is final. */
  close(clickhouse: ClickHouseBook, royalties: RoyaltyBook): void {
    auditBooks(clickhouse, royalties, {
      counts: this.counts,
      violate: (invariant, about, text) => this.violate(invariant, about, text),
      sessions: this.#sessions,
      streams: this.#streams.streams,
      events: this.#events,
      transfers: this.#transfers,
      diedUnsaved: (streamId) => this.#streams.diedUnsaved(streamId),
      nowMs: this.#world.nowMs,
    })
  }
}
