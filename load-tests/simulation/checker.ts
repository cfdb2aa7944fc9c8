/** Owns the watch over a run: it sees what clients, gateways, Redis and the books do, and says which invariant broke. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { Grant } from '../../protocol/messages/grant.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'
import { auditBooks } from './audit.ts'
import type { ClickHouseBook, RoyaltyBook } from './books.ts'
import type { ClientWitness, Request } from './client-witness.ts'
import { type Counts, noCounts } from './counts.ts'
import type { GatewayNode, GatewayWitness } from './gateway-node.ts'
import type { InvariantId, Violation } from './invariants.ts'
import { LeaseWatch } from './lease-watch.ts'
import { wrongStream } from './naming-check.ts'
import type { Line } from './network.ts'
import type { Playhead } from './playhead.ts'
import type { Profile } from './profile.ts'
import type { RedisWitness } from './redis-model.ts'
import { newSessionFacts, type SessionFacts } from './session-facts.ts'
import type { SimClient } from './sim-client.ts'
import { StreamFacts } from './stream-facts.ts'
import type { World } from './world.ts'

const MOST_VIOLATIONS = 20
export class Checker implements GatewayWitness, ClientWitness, RedisWitness {
  readonly #world: World
  readonly #profile: Profile
  readonly violations: Violation[] = []
  readonly counts: Counts = noCounts()
  readonly leases = new LeaseWatch(this.counts, (...found) => this.violate(...found))
  readonly #sessions = new Map<string, SessionFacts>()
  readonly #streams = new Map<string, StreamFacts>()
  readonly #events = new Map<string, { readonly client: string; acked: boolean; rows: number }>()
  readonly #lines = new Map<Line, string>()
  readonly #traced: string | undefined
  readonly #trace: string[] = []

  /** @param traced the client whose history is kept, with the faults of the time */
  constructor(world: World, profile: Profile, traced: string | undefined) {
    this.#world = world
    this.#profile = profile
    this.#traced = traced
  }

  violate(invariant: InvariantId, about: string, text: string): void {
    this.trace('VIOLATION', about, `${invariant} ${text}`)
    if (this.violations.length >= MOST_VIOLATIONS) return
    this.violations.push({ invariant, atMs: this.#world.nowMs, about, text })
  }

  /** What happened, for people, when a seed is replayed. */
  trace(who: string, about: string, text: string): void {
    if (!this.#isTraced(about) && (about !== '' || this.#traced === undefined)) return
    this.#trace.push(`${new Date(this.#world.nowMs).toISOString().slice(11, 23)} ${who} ${about} ${text}`)
  }

  get history(): readonly string[] {
    return this.#trace
  }

  #isTraced(about: string): boolean {
    return this.#traced !== undefined && this.#traced === about
  }

  // --- gateways

  heard(gateway: GatewayNode, line: Line, message: UpMessage): void {
    this.#world.note(message.type)
    const sessionId = this.#lines.get(line)
    const session = sessionId === undefined ? undefined : this.#sessions.get(sessionId)
    if (this.#isTraced(line.client.name)) this.trace(gateway.id, line.client.name, `< ${brief(message)}`)
    if (session === undefined) return
    session.heardAtMs = this.#world.nowMs
    if ((message.type === 'play' || message.type === 'next') && !session.begunAtMs.has(message.id)) {
      session.begunAtMs.set(message.id, this.#world.nowMs)
    }
    this.#handedOver(session, gateway)
  }

  /** Elapsed time is measured by the clocks of gateways: where one takes over from another, their difference may be counted. */
  #handedOver(session: SessionFacts, gateway: GatewayNode): void {
    const aheadMs = gateway.context.now() - this.#world.nowMs
    if (session.gateway !== '' && session.gateway !== gateway.id) {
      if (session.open !== undefined) {
        session.open.skewMs += Math.abs(aheadMs - session.aheadMs)
        session.open.disturbed = true
      }
    }
    session.gateway = gateway.id
    session.aheadMs = aheadMs
    if (gateway.context.dependencies.redis.isDown) session.savingAtMs = this.#world.nowMs
  }

  said(gateway: GatewayNode, line: Line, message: DownMessage): void {
    if (this.#isTraced(line.client.name)) this.trace(gateway.id, line.client.name, `> ${brief(message)}`)
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
    if (message.type === 'playback' && message.re === undefined && message.track !== undefined && message.stream_id) {
      // Another device asked for it: what played here until now has no last word of its client.
      const { open } = this.#session(sessionId, line.client.name)
      if (open !== undefined && open.streamId !== message.stream_id) open.disturbed = true
      this.#beganAt.set(message.stream_id, gateway.id)
    }
    if (message.type === 'playback' && message.re !== undefined && message.track !== undefined && message.stream_id) {
      const session = this.#session(sessionId, line.client.name)
      const before = session.beganBy.get(message.re)
      if (before !== undefined && before !== message.stream_id) {
        this.violate(
          'I3',
          line.client.name,
          `request ${message.re} of ${sessionId} began ${before} and ${message.stream_id}`,
        )
      }
      session.beganBy.set(message.re, message.stream_id)
      if (session.reconnects.has(message.re)) this.#reconnected.add(message.stream_id)
      this.#beganAt.set(message.stream_id, gateway.id)
      this.#begunAtMs.set(message.stream_id, session.begunAtMs.get(message.re) ?? this.#world.nowMs)
    }
  }

  granted({ stream_id, chunks }: Grant): void {
    const stream = this.#streams.get(stream_id)
    for (const { index } of chunks) stream?.granted(index)
    if (stream === undefined) this.#early(stream_id, chunks)
  }

  /** How often a transfer was asked for in an account. */
  readonly #transfers = new Map<string, number>()

  /** Streams that go on from a lost one. */
  readonly #reconnected = new Set<string>()

  /** Streams that a save has held: Redis knows how they end. */
  readonly #savedStreams = new Set<string>()

  /** When the request that began a stream was heard. */
  readonly #begunAtMs = new Map<string, number>()
  readonly #beganAt = new Map<string, string>()
  readonly #deadGateways = new Set<string>()

  /** Granted before the client knows of the stream: kept until it does. */
  readonly #grantedEarly = new Map<string, number[]>()
  #early(streamId: string, chunks: readonly { readonly index: number }[]): void {
    const list = this.#grantedEarly.get(streamId) ?? []
    for (const { index } of chunks) list.push(index)
    this.#grantedEarly.set(streamId, list)
  }

  died(gateway: GatewayNode): void {
    this.#deadGateways.add(gateway.id)
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

  // --- clients

  got(client: SimClient, message: DownMessage): void {
    this.#world.note(`${client.name}${message.type}`)
    switch (message.type) {
      case 'resumed':
        if (message.recovered) this.counts.recovered += 1
        else {
          this.counts.state += 1
          if (client.playhead !== undefined) this.#disturb(client.playhead.streamId)
          // The session is one that did less than its client saw: what it tells of may have gone on, or be over.
          const toldOf = message.state?.playback.stream_id
          if (toldOf !== undefined) this.#undone(toldOf)
        }
        return
      case 'playback':
        this.#inOrder(client, message.seq)
        if (message.re !== undefined) {
          this.#answered(client, message.re)
          const request = client.requests.get(message.re)
          const wrong = request && wrongStream(request, message, client.playhead?.streamId)
          if (wrong !== undefined) this.violate('I22', client.name, wrong)
        }
        return
      case 'done':
        this.#inOrder(client, message.seq)
        this.#answered(client, message.re)
        return
      case 'error':
        if (message.seq !== undefined) this.#inOrder(client, message.seq)
        if (message.name === 'internal') this.violate('I15', client.name, 'an internal error was answered')
        if (message.batch !== undefined && !message.retriable) {
          this.violate('I15', client.name, `a batch was refused for good: ${message.message}`)
        }
        return
      case 'grant': {
        const begins = [...client.requests.values()].some(({ type }) => type === 'play' || type === 'next')
        const open = client.status === 'playing' && client.playhead?.streamId === message.stream_id
        if (!open && !begins) {
          this.violate('I12', client.name, `${message.stream_id} is ${client.status} and was granted chunks`)
        }
        return
      }
    }
  }

  #inOrder(client: SimClient, seq: number): void {
    if (seq <= client.lastSeq)
      this.violate('I2', client.name, `message ${seq} of ${client.sessionId} came again, after ${client.lastSeq}`)
    else if (seq > client.lastSeq + 1)
      this.violate('I1', client.name, `message ${seq} of ${client.sessionId} came after ${client.lastSeq}`)
  }

  #answered(client: SimClient, re: number): void {
    const session = this.#session(client.sessionId, client.name)
    if (session.answered.has(re))
      this.violate('I3', client.name, `request ${re} of ${client.sessionId} was answered twice`)
    session.answered.add(re)
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
      this.#streams.get(client.playhead.streamId)?.played(this.#world.nowMs)
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
    const quietMs = this.#world.nowMs - session.heardAtMs
    // It waits from its last beat on: other words are not saved.
    const waited = quietMs >= this.#profile.resumeWithinMs - this.#profile.heartbeatIntervalMs - 1_000
    // A save that Redis did not take cannot have kept it.
    const couldNotBeSaved = session.savingAtMs > session.savedAtMs
    if (!waited && !couldNotBeSaved) {
      this.violate('I14', client.name, `${client.sessionId} was gone ${Math.round(quietMs)} ms after its last word`)
    }
  }

  killed({ playhead }: SimClient): void {
    const stream = playhead === undefined ? undefined : this.#streams.get(playhead.streamId)
    if (stream !== undefined) stream.brokenOff = true
  }

  closed(client: SimClient, code: number): void {
    this.trace('client', client.name, `closed ${code}`)
    if (code >= 4500 && client.isHonest) this.violate('I15', client.name, `closed for good with ${code}`)
    if (code === 4004) this.violate('I15', client.name, 'closed as of a defect')
  }

  told(client: SimClient): void {
    const session = this.#session(client.sessionId, client.name)
    const { playhead, status } = client
    const stream = playhead === undefined || status === 'stopped' ? undefined : this.#stream(client, playhead)
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
    if (this.#isTraced(client.name))
      this.trace('client', client.name, `moved ${playhead.streamId} ${Math.round(fromMs)}..${Math.round(toMs)}`)
    this.#stream(client, playhead).moved(fromMs, toMs)
  }

  /** A client was told of a stream. */
  #stream(client: SimClient, playhead: Playhead): StreamFacts {
    const known = this.#streams.get(playhead.streamId)
    if (known !== undefined) return known
    const { streamId, track } = playhead
    const facts = new StreamFacts(
      streamId,
      client.sessionId,
      client.name,
      client.isHonest,
      track.chunk_ms,
      this.#begunAtMs.get(streamId) ?? this.#world.nowMs,
    )
    for (const chunk of this.#grantedEarly.get(streamId) ?? []) facts.granted(chunk)
    this.#grantedEarly.delete(streamId)
    facts.reconnected = this.#reconnected.has(streamId)
    this.#streams.set(streamId, facts)
    return facts
  }

  #undone(streamId: string): void {
    const stream = this.#streams.get(streamId)
    if (stream !== undefined) stream.undone = true
  }

  #disturb(streamId: string): void {
    const stream = this.#streams.get(streamId)
    if (stream !== undefined) stream.disturbed = true
  }

  // --- Redis

  saving(sessionId: string): void {
    const session = this.#sessions.get(sessionId)
    if (session !== undefined) session.savingAtMs = this.#world.nowMs
  }

  saved(sessionId: string, epoch: number, streamId: string): void {
    if (streamId !== '') this.#savedStreams.add(streamId)
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
    this.#disturb(streamId)
  }

  // --- the end

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
      streams: this.#streams,
      events: this.#events,
      transfers: this.#transfers,
      diedUnsaved: (streamId) =>
        !this.#savedStreams.has(streamId) && this.#deadGateways.has(this.#beganAt.get(streamId) ?? ''),
      nowMs: this.#world.nowMs,
    })
  }
}

function brief(message: UpMessage | DownMessage): string {
  const { type, ...rest } = message
  return `${type} ${JSON.stringify(rest, (name, value) => (name === 'track' || name === 'tracks' || name === 'token' || name === 'events' ? undefined : value)).slice(0, 300)}`
}
