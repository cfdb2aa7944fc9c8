/** Owns what went over the wires of one client, seen below the SDK: numbering, acknowledgements, streams, sessions. */

import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'

/** What one socket has carried so far. */
export interface Wire {
  /** The client has let go of it: what still arrives nobody hears. */
  deaf: boolean
  readonly batches: Map<number, readonly string[]>
  resumedFrom: number | undefined
}

export class Witness {
  readonly name: string
  /** Ids of events: sent, and acknowledged over the socket they were sent on. */
  readonly sent = new Set<string>()
  readonly acknowledged = new Set<string>()
  /** Streams that the client saw begin. */
  readonly streams = new Set<string>()
  /** Every session that was begun; one is right, as each waits for ten minutes. */
  readonly sessions: string[] = []
  readonly complaints: string[] = []
  resumes = 0
  /** Resumes that said they were not whole. */
  notRecovered = 0
  refusals = new Map<string, number>()
  closes = new Map<number, number>()
  #lastSeq = 0
  #revision = 0

  constructor(name: string) {
    this.name = name
  }

  newWire(): Wire {
    return { deaf: false, batches: new Map(), resumedFrom: undefined }
  }

  up(wire: Wire, message: UpMessage): void {
    if (message.type === 'telemetry') {
      const ids = message.events.map(({ id }) => id)
      for (const id of ids) this.sent.add(id)
      wire.batches.set(message.batch, ids)
    } else if (message.type === 'resume') {
      wire.resumedFrom = message.last_seq
      if (message.last_seq !== this.#lastSeq) {
        this.#complain(`resumed from ${message.last_seq}, but ${this.#lastSeq} had arrived`)
      }
    }
  }

  down(wire: Wire, message: DownMessage): void {
    if (wire.deaf) return
    switch (message.type) {
      case 'ready':
        this.sessions.push(message.session_id)
        this.#lastSeq = 0
        this.#revision = 0
        return
      case 'resumed':
        this.resumes += 1
        if (message.session_id !== this.sessions.at(-1)) this.#complain(`resumed as ${message.session_id}`)
        if (message.recovered) return
        this.notRecovered += 1
        this.#lastSeq = message.seq
        this.#seeStream(message.state?.playback.stream_id)
        return
      case 'ack':
        for (const id of wire.batches.get(message.batch) ?? []) this.acknowledged.add(id)
        if (!wire.batches.has(message.batch)) this.#complain(`ack of batch ${message.batch}, never sent there`)
        return
      case 'error':
        this.refusals.set(message.name, (this.refusals.get(message.name) ?? 0) + 1)
        if (message.seq !== undefined) this.#number(message.seq)
        return
      case 'playback':
        this.#number(message.seq)
        this.#seeStream(message.stream_id)
        return
      case 'up_next':
        // Only the newest is sent, and each of them once (L2).
        if (message.revision < this.#revision)
          this.#complain(`up_next ${message.revision} came after ${this.#revision}`)
        this.#revision = message.revision
        return
    }
  }

  closed(code: number): void {
    this.closes.set(code, (this.closes.get(code) ?? 0) + 1)
  }

  #seeStream(streamId: string | undefined): void {
    if (streamId !== undefined) this.streams.add(streamId)
  }

  #number(seq: number): void {
    if (seq <= this.#lastSeq) this.#complain(`message ${seq} came again after ${this.#lastSeq}`)
    else if (seq !== this.#lastSeq + 1) this.#complain(`message ${seq} came after ${this.#lastSeq}`)
    this.#lastSeq = Math.max(this.#lastSeq, seq)
  }

  #complain(what: string): void {
    this.complaints.push(`${this.name}, session ${this.sessions.at(-1) ?? 'none'}: ${what}`)
  }
}
