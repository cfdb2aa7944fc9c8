/** Owns a client's session over lines that come and go: sign-in, resume, heartbeats, tokens, and its loss (S1, U1-U4, H1, R2). */

import type { ErrorMessage } from '../../protocol/messages/error.ts'
import type { Heartbeat } from '../../protocol/messages/heartbeat.ts'
import type { Hello } from '../../protocol/messages/hello.ts'
import type { Ready } from '../../protocol/messages/ready.ts'
import type { Resume } from '../../protocol/messages/resume.ts'
import type { Resumed } from '../../protocol/messages/resumed.ts'
import type { ClientLine } from './client-line.ts'
import type { Actor, Task, World } from './world.ts'

const REFRESH_BEFORE_MS = 60_000

export interface SessionParts {
  readonly world: World
  readonly actor: Actor
  readonly line: ClientLine
  readonly token: () => string
  /** Where the playhead of the open stream is, as far as that may be told (U5). */
  readonly place: () => Pick<Resume, 'stream_id' | 'position_ms'>
  /** What a heartbeat says beside its time. */
  readonly playing: () => Omit<Heartbeat, 'type' | 'sent_at_ms'>
  /** What belonged to the session is over. */
  readonly forgotten: () => void
  readonly lost: (why: string) => void
}

export class ClientSession {
  readonly #parts: SessionParts
  id = ''
  lastSeq = 0
  upNextRevision: number | undefined
  #nextId = 1
  #ticket: string | undefined
  #resumeId = 0
  #resumeWithinMs = 0
  #tokenExpiresAtMs = 0
  #hello: Hello | undefined
  #unanswered = 0
  #clockOffsetMs = 0
  #lossTask: Task | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** The next connection is for the session that waits. */
  get isToResume(): boolean {
    return this.#ticket !== undefined
  }

  serverNowMs(): number {
    return this.#ownNowMs + this.#clockOffsetMs
  }

  get #ownNowMs(): number {
    return this.#parts.world.nowMs + this.#parts.actor.clockAheadMs
  }

  newId(): number {
    this.#nextId += 1
    return this.#nextId - 1
  }

  greeted(hello: Hello): void {
    this.#hello = hello
    if (this.#ticket === undefined) this.#authenticate()
    else this.#resume(this.#ticket)
  }

  ready(message: Ready): void {
    this.#ticket = message.ticket
    this.id = message.session_id
    this.lastSeq = 0
    this.upNextRevision = undefined
    this.#tokenExpiresAtMs = message.token_expires_at_ms
    this.#connected(message)
  }

  resumed(message: Resumed): void {
    this.#ticket = message.ticket
    this.#connected(message)
    if (message.recovered) return
    this.lastSeq = message.seq
    this.upNextRevision = message.state?.up_next.revision ?? this.upNextRevision
  }

  refreshed(expiresAtMs: number): void {
    this.#tokenExpiresAtMs = expiresAtMs
    this.#refreshInTime()
  }

  beatAnswered(): void {
    this.#unanswered = 0
  }

  /** Whether a numbered message is new. */
  isNext(seq: number): boolean {
    if (seq <= this.lastSeq) return false
    this.lastSeq = seq
    return true
  }

  /** Whether the error was the answer to `resume`. */
  refused({ re, retriable, name }: ErrorMessage): boolean {
    if (re === undefined || re !== this.#resumeId) return false
    if (retriable) this.#parts.line.drop()
    else {
      this.lose(name)
      this.#authenticate()
    }
    return true
  }

  closed(name: string): void {
    // The gateway knows less of the token than we do: it is told again (R2).
    if (name === 'token_expired') this.#tokenExpiresAtMs = 0
    if (name === 'ticket_invalid' || name === 'ticket_used') this.lose(name)
  }

  /** The line is gone, and another one may not come in time. */
  mayBeLost(): void {
    if (this.#ticket === undefined || this.#lossTask !== undefined) return
    const { world, actor } = this.#parts
    this.#lossTask = world.after(this.#resumeWithinMs, actor, () => this.lose('waited too long'))
  }

  lose(why: string): void {
    if (this.#ticket !== undefined) this.#parts.lost(why)
    this.forget()
  }

  forget(): void {
    this.#ticket = undefined
    this.lastSeq = 0
    this.#parts.forgotten()
    this.#isNotLost()
  }

  #isNotLost(): void {
    this.#lossTask?.cancel()
    this.#lossTask = undefined
  }

  #authenticate(): void {
    const { line, actor, token } = this.#parts
    line.phase = 'authenticating'
    const device = { id: actor.name, name: 'A player', kind: 'web' } as const
    line.send({ type: 'authenticate', token: token(), device })
  }

  #resume(ticket: string): void {
    const { line, place } = this.#parts
    line.phase = 'resuming'
    this.#resumeId = this.newId()
    line.send({
      type: 'resume',
      id: this.#resumeId,
      ticket,
      last_seq: this.lastSeq,
      ...(this.upNextRevision === undefined ? {} : { up_next_revision: this.upNextRevision }),
      ...place(),
    })
  }

  #connected(message: Pick<Resumed, 'resume_within_ms' | 'server_time_ms' | 'quiet_ms'>): void {
    const { line } = this.#parts
    line.connected()
    this.#resumeWithinMs = message.resume_within_ms
    this.#clockOffsetMs = message.server_time_ms - this.#ownNowMs
    this.#isNotLost()
    this.#unanswered = 0
    line.after(message.quiet_ms ?? this.#hello?.first_heartbeat_ms ?? 0, () => this.#beat())
    this.#refreshInTime()
  }

  #beat(): void {
    const { line, playing } = this.#parts
    if (this.#unanswered >= 2) {
      line.drop()
      return
    }
    this.#unanswered += 1
    line.after(this.#hello?.heartbeat_interval_ms ?? 0, () => this.#beat())
    line.send({ type: 'heartbeat', sent_at_ms: Math.max(0, Math.round(this.#ownNowMs)), ...playing() })
  }

  #refreshInTime(): void {
    const { line, token } = this.#parts
    const leftMs = this.#tokenExpiresAtMs - this.serverNowMs()
    line.after(leftMs - REFRESH_BEFORE_MS, () => line.send({ type: 'refresh', id: this.newId(), token: token() }))
  }
}
