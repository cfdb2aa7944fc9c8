/** Owns one Segue session as its client lives it: every number checked, every request asked until answered, every event kept until acknowledged. */

import { CLOSE_CODES } from '../../../protocol/close-codes.ts'
import { decodeDown, encodeMessage } from '../../../protocol/codec.ts'
import { uuidv7 } from '../../../protocol/ids.ts'
import type { DownMessage } from '../../../protocol/messages/down.ts'
import type { Resumed } from '../../../protocol/messages/resumed.ts'
import type { UpMessage } from '../../../protocol/messages/up.ts'
import type { TelemetryEvent } from '../../../protocol/telemetry-event.ts'
import { RESUMING, SUBPROTOCOLS } from '../../../protocol/version.ts'
import type { Account } from '../orders.ts'
import { count, type Tally } from '../tally.ts'
import type { Dialogue, Line } from './dialogue.ts'

type Seek = Extract<UpMessage, { type: 'seek' }>
type Play = Extract<UpMessage, { type: 'play' }>

/** Where the listener goes back to the beginning, before the track ends. */
const BACK_AT_MS = 150_000
const CREDIT_CHUNKS = 5
const BITRATE = 160
const CHUNK_MS = 4_000
/** What the client says that it holds, and how much of it must be left when it asks for more. */
const BUFFER_MS = 12_000
const SPARE_MS = 4_000
const SOCKET_PATH = '/ws'
const TICKET_REFUSED = [CLOSE_CODES.ticket_invalid, CLOSE_CODES.ticket_used].map(({ code }) => String(code))

export class SegueDialogue implements Dialogue {
  readonly subprotocol = SUBPROTOCOLS.msgpack
  readonly #token: string
  readonly #trackId: string
  readonly #tally: Tally
  #line: Line | undefined
  #ticket: string | undefined
  #lastSeq = 0
  /** The number up to which a resume has promised messages; reached: caught up. */
  #promisedSeq: number | undefined
  #nextId = 1
  #resumeId = 0
  readonly #unanswered = new Map<number, Seek | Play>()
  readonly #unacked = new Map<number, TelemetryEvent[]>()
  #nextBatch = 1
  #eventSeq = 0
  ackedEvents = 0
  #upNextRevision = 0
  #streamId = ''
  /** Where the playhead was at a time. */
  #anchor = { positionMs: 0, atMs: 0 }
  #heartbeatMs = 15_000
  #firstHeartbeatMs = 0
  #beat: NodeJS.Timeout | undefined
  /** U6: what waits until the gateway has heard the others, each with its timer. */
  #reporting: NodeJS.Timeout | undefined
  #crediting: NodeJS.Timeout | undefined
  #unsent: TelemetryEvent[] = []

  constructor({ token }: Account, trackId: string, tally: Tally) {
    this.#token = token
    this.#trackId = trackId
    this.#tally = tally
  }

  /** Who resumes says so, and does not wait among those who sign in. */
  get path(): string {
    return this.#ticket === undefined ? SOCKET_PATH : `${SOCKET_PATH}?${RESUMING}=1`
  }

  get unanswered(): number {
    return this.#unanswered.size
  }

  get unacked(): number {
    return this.#unacked.size + this.#unsent.length
  }

  begin(line: Line): void {
    this.#line = line
  }

  silence(why?: string): void {
    this.#line = undefined
    for (const timer of [this.#beat, this.#reporting, this.#crediting]) clearTimeout(timer)
    this.#reporting = undefined
    this.#crediting = undefined
    if (why !== undefined && TICKET_REFUSED.includes(why)) this.#lose()
  }

  ask(): void {
    const stream_id = this.#streamId
    // The answer that begins it is still to come.
    if (stream_id === '') return
    const positionMs = this.#positionMs()
    const to = positionMs > BACK_AT_MS ? 0 : positionMs
    this.#request({ type: 'seek', id: this.#nextId++, stream_id, from_ms: positionMs, position_ms: to })
    this.#anchor = { positionMs: to, atMs: Date.now() }
  }

  report(): void {
    if (this.#streamId === '') return
    const nowMs = Date.now()
    this.#eventSeq += 1
    this.#tally.eventsSent += 1
    this.#sendEvents([
      {
        id: uuidv7(nowMs),
        seq: this.#eventSeq,
        kind: 'position',
        at_ms: nowMs,
        stream_id: this.#streamId,
        position_ms: this.#positionMs(),
        buffer_ms: BUFFER_MS,
        bitrate_kbps: BITRATE,
      },
    ])
  }

  heard(payload: Buffer): void {
    const message = decodeDown(payload, 'msgpack')
    if (message === undefined) throw new Error('the gateway sent a malformed frame')
    if ('seq' in message && message.seq !== undefined && message.type !== 'resumed') this.#number(message.seq)
    this.#take(message)
    if (this.#promisedSeq !== undefined && this.#lastSeq >= this.#promisedSeq) {
      this.#promisedSeq = undefined
      this.#line?.caughtUp()
    }
  }

  #take(message: DownMessage): void {
    switch (message.type) {
      case 'hello':
        this.#heartbeatMs = message.heartbeat_interval_ms
        this.#firstHeartbeatMs = message.first_heartbeat_ms
        this.#introduce()
        return
      case 'ready':
        this.#ticket = message.ticket
        this.#lastSeq = 0
        this.#request({ type: 'play', id: this.#nextId++, track_id: this.#trackId, reason: 'pick' })
        // The answer to the first request.
        this.#promisedSeq = 1
        this.#heartbeatIn(this.#firstHeartbeatMs)
        return
      case 'resumed':
        this.#resumed(message)
        return
      case 'playback':
        // Its first one begins the track.
        if (this.#anchor.atMs === 0) this.#anchor = { positionMs: 0, atMs: Date.now() }
        if (message.re !== undefined) this.#answer(message.re)
        if (message.stream_id !== undefined) this.#streamId = message.stream_id
        if (message.status === 'stopped') count(this.#tally.refusals, `stopped: ${message.reason}`)
        return
      case 'up_next':
        this.#upNextRevision = message.revision
        return
      case 'ack':
        this.#acked(message.batch)
        return
      case 'goaway':
        this.#line?.again(message.reconnect_after_ms)
        return
      case 'error':
        this.#refused(message)
    }
  }

  #introduce(): void {
    if (this.#ticket === undefined) {
      const device = { id: 'storm', name: 'Storm', kind: 'phone' } as const
      this.#send({ type: 'authenticate', token: this.#token, device })
      return
    }
    this.#resumeId = this.#nextId++
    this.#send({
      type: 'resume',
      id: this.#resumeId,
      ticket: this.#ticket,
      last_seq: this.#lastSeq,
      up_next_revision: this.#upNextRevision,
      ...(this.#streamId === '' ? {} : { stream_id: this.#streamId, position_ms: this.#positionMs() }),
    })
  }

  #resumed(message: Resumed): void {
    const tally = this.#tally
    this.#ticket = message.ticket
    if (message.recovered) {
      tally.recovered += 1
      const missed = message.seq - this.#lastSeq
      tally.replayed += missed
      if (missed > 0) tally.returnsWithReplay += 1
      this.#promisedSeq = message.seq
    } else {
      tally.notRecovered += 1
      this.#lastSeq = message.seq
      this.#promisedSeq = message.seq
      this.#streamId = message.state?.playback.stream_id ?? ''
    }
    // U1: what never arrived is asked again; T2: what was not acknowledged is sent again; U5: credit is said again.
    for (const request of this.#unanswered.values()) if (request.id > message.last_request) this.#send(request)
    this.#unsent = [...this.#unsent, ...[...this.#unacked.values()].flat()].sort((a, b) => a.seq - b.seq)
    this.#unacked.clear()
    const { quiet_ms: quietMs = 0 } = message
    this.#heartbeatIn(quietMs > 0 ? quietMs : this.#firstHeartbeatMs)
    if (quietMs > 0) {
      this.#reporting = setTimeout(() => this.#endQuiet(), quietMs)
      this.#crediting = setTimeout(() => this.#endCreditQuiet(), Math.min(quietMs, BUFFER_MS - SPARE_MS))
    } else {
      this.#endQuiet()
      this.#credit()
    }
  }

  #refused(message: Extract<DownMessage, { type: 'error' }>): void {
    count(this.#tally.refusals, message.name)
    if (message.re === this.#resumeId && message.seq === undefined) {
      if (message.retriable) this.#line?.again()
      else {
        this.#lose()
        this.#introduce()
      }
    } else if (message.re !== undefined) this.#answer(message.re)
    else if (message.batch !== undefined && message.retriable) {
      const events = this.#unacked.get(message.batch)
      this.#unacked.delete(message.batch)
      if (events !== undefined) setTimeout(() => this.#sendEvents(events), 1_000 + Math.random() * 1_000)
    }
  }

  /** The session is no more: the next words are a sign-in. */
  #lose(): void {
    this.#tally.notRecovered += 1
    this.#ticket = undefined
    this.#unanswered.clear()
    this.#streamId = ''
    this.#anchor = { positionMs: 0, atMs: 0 }
  }

  /** C6, U1: by one each time. */
  #number(seq: number): void {
    if (seq <= this.#lastSeq) this.#tally.duplicates += 1
    else {
      this.#tally.gaps += seq - this.#lastSeq - 1
      this.#lastSeq = seq
    }
  }

  #request(request: Seek | Play): void {
    this.#tally.asked += 1
    this.#unanswered.set(request.id, request)
    this.#send(request)
  }

  #answer(id: number): void {
    if (!this.#unanswered.delete(id)) {
      this.#tally.answeredAgain += 1
      return
    }
    this.#tally.answered += 1
    // A seek voids the window.
    if (this.#promisedSeq === undefined && this.#crediting === undefined) this.#credit()
  }

  #endQuiet(): void {
    this.#reporting = undefined
    const events = this.#unsent.splice(0)
    if (events.length > 0) this.#sendEvents(events)
  }

  #endCreditQuiet(): void {
    this.#crediting = undefined
    this.#credit()
  }

  /** Kept in any case; sent again after the next resume when there is no line now. */
  #sendEvents(events: TelemetryEvent[]): void {
    if (this.#reporting !== undefined) {
      this.#unsent.push(...events)
      return
    }
    const batch = this.#nextBatch++
    this.#unacked.set(batch, events)
    this.#send({ type: 'telemetry', batch, events })
  }

  #acked(batch: number): void {
    const events = this.#unacked.get(batch)
    if (events === undefined) return
    this.#unacked.delete(batch)
    this.#tally.eventsAcked += events.length
    this.ackedEvents += events.length
  }

  #credit(): void {
    if (this.#streamId === '') return
    const next_chunk = Math.floor(this.#positionMs() / CHUNK_MS)
    const stream_id = this.#streamId
    this.#send({ type: 'credit', stream_id, bitrate_kbps: BITRATE, next_chunk, chunks: CREDIT_CHUNKS })
  }

  #heartbeatIn(ms: number): void {
    clearTimeout(this.#beat)
    this.#beat = setTimeout(() => {
      const stream = this.#streamId === '' ? {} : { stream_id: this.#streamId, position_ms: this.#positionMs() }
      this.#send({ type: 'heartbeat', sent_at_ms: Date.now(), buffer_ms: BUFFER_MS, ...stream })
      this.#heartbeatIn(this.#heartbeatMs)
    }, ms)
  }

  #positionMs(): number {
    const { positionMs, atMs } = this.#anchor
    return atMs === 0 ? 0 : positionMs + (Date.now() - atMs)
  }

  #send(message: UpMessage): void {
    this.#line?.send(encodeMessage(message, 'msgpack') as Uint8Array)
  }
}
