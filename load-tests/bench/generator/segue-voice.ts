/** Owns the tongue of Segue, as the gateway and the same session in `ws` speak it. */

import { decodeDown, encodeMessage } from '../../../protocol/codec.ts'
import type { UpMessage } from '../../../protocol/messages/up.ts'
import { RESUMING, SUBPROTOCOLS } from '../../../protocol/version.ts'
import { OPCODE } from '../../storms/generator/frames.ts'
import { batchOf } from './batch.ts'
import { LEAST_NUMBER, Repeated } from './repeated.ts'
import type { Heard, Voice, VoiceLine, VoiceOptions } from './voice.ts'

/** Far enough in that the number of it always takes four bytes, with room behind it. */
const BEGINS_AT_MS = 70_000
const CHUNK_MS = 4_000
/** As far as the gateway looks ahead. */
const GRANTED_CHUNKS = 8
const BITRATES = [160, 320] as const
/** The first word of a message that is an answer, by what is asked: looked for before anything is decoded. */
const ANSWERS = { heartbeat: 'heartbeat_ack', telemetry: 'ack', credit: 'grant', fan: 'notice' } as const
/** Where the name of the type begins: behind the map's head, `type`, and the head of the name. */
const NAME_AT = 7

export class SegueVoice implements Voice {
  readonly subprotocol = SUBPROTOCOLS.msgpack
  readonly #options: VoiceOptions
  readonly #answer: Buffer
  otherWas = ''
  #line: VoiceLine | undefined
  #ticket: string | undefined
  #lastSeq = 0
  #streamId = ''
  #beganAtMs = 0
  #repeated: Repeated | undefined
  #batch = LEAST_NUMBER
  #turn = 0
  #addresses = 0

  constructor(options: VoiceOptions) {
    this.#options = options
    const name = ANSWERS[options.chatter]
    this.#answer = Buffer.from([0xa0 | name.length, ...Buffer.from(name)])
  }

  get path(): string {
    return this.#ticket === undefined ? '/ws' : `/ws?${RESUMING}=1`
  }

  begin(line: VoiceLine): void {
    this.#line = line
  }

  comeBack(): void {}

  heard(payload: Buffer): Heard {
    if (this.#isAnswer(payload)) {
      if (this.#options.chatter === 'credit') this.#addresses += addressesIn(payload)
      return 1
    }
    const message = decodeDown(payload, 'msgpack')
    if (message === undefined) throw new Error('the server sent a malformed frame')
    if ('seq' in message && message.seq !== undefined) this.#lastSeq = message.seq
    this.otherWas = message.type === 'error' ? `error: ${message.name}` : message.type
    switch (message.type) {
      case 'hello':
        this.#introduce()
        return 'other'
      case 'ready':
        this.#ticket = message.ticket
        if (this.#options.trackId === undefined) return 'ready'
        this.#say({
          ...{ type: 'play', id: 1, track_id: this.#options.trackId, position_ms: BEGINS_AT_MS, reason: 'pick' },
        })
        return 'other'
      case 'resumed':
        this.#ticket = message.ticket
        return 'ready'
      case 'playback':
        if (message.stream_id === undefined || this.#streamId !== '') return 'other'
        this.#streamId = message.stream_id
        this.#beganAtMs = Date.now()
        // Who heard what was never granted is suspect, and costs more.
        if (this.#options.chatter === 'heartbeat') this.#say(this.#wish(160))
        return 'ready'
      default:
        return 'other'
    }
  }

  frames(count: number): Buffer {
    if (this.#options.chatter === 'credit') return Buffer.concat(Array.from({ length: count }, () => this.#credit()))
    if (this.#options.chatter === 'telemetry') {
      this.#repeated ??= this.#made(
        { type: 'telemetry', batch: LEAST_NUMBER, events: batchOf(this.#streamId, Date.now()) },
        'batch',
      )
      return this.#repeated.frames(count, () => this.#batch++)
    }
    const heartbeat = { type: 'heartbeat', sent_at_ms: Date.now(), buffer_ms: 12_000 } as const
    if (this.#streamId === '') this.#repeated ??= this.#made(heartbeat, undefined)
    else {
      const stream_id = this.#streamId
      this.#repeated ??= this.#made({ ...heartbeat, stream_id, position_ms: BEGINS_AT_MS }, 'position_ms')
    }
    const positionMs = BEGINS_AT_MS + Date.now() - this.#beganAtMs
    return this.#repeated.frames(count, () => positionMs)
  }

  takeAddresses(): number {
    const taken = this.#addresses
    this.#addresses = 0
    return taken
  }

  #isAnswer(payload: Buffer): boolean {
    return this.#answer.compare(payload, NAME_AT - 1, NAME_AT - 1 + this.#answer.length) === 0
  }

  #made(message: UpMessage, field: string | undefined): Repeated {
    return new Repeated(OPCODE.binary, encodeMessage(message, 'msgpack') as Uint8Array, field)
  }

  /** By another bitrate each time, so that each is answered by new addresses. */
  #credit(): Buffer {
    this.#turn += 1
    return this.#made(this.#wish(BITRATES[this.#turn % BITRATES.length] ?? 160), undefined).frames(1, () => 0)
  }

  #wish(bitrate_kbps: (typeof BITRATES)[number]): UpMessage {
    const next_chunk = Math.floor((BEGINS_AT_MS + Date.now() - this.#beganAtMs) / CHUNK_MS)
    return { type: 'credit', stream_id: this.#streamId, bitrate_kbps, next_chunk, chunks: GRANTED_CHUNKS }
  }

  #introduce(): void {
    if (this.#ticket === undefined) {
      const device = { id: 'bench', name: 'Bench', kind: 'phone' } as const
      this.#say({ type: 'authenticate', token: this.#options.token, device })
    } else this.#say({ type: 'resume', id: 1, ticket: this.#ticket, last_seq: this.#lastSeq, up_next_revision: 0 })
  }

  #say(message: UpMessage): void {
    this.#line?.send(encodeMessage(message, 'msgpack') as Uint8Array)
  }
}

function addressesIn(payload: Buffer): number {
  const message = decodeDown(payload, 'msgpack')
  return message?.type === 'grant' ? message.chunks.length + (message.init_url === undefined ? 0 : 1) : 0
}
