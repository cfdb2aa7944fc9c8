/** Owns the tongue of Socket.IO over its WebSocket transport, with connection-state recovery: https://socket.io/docs/v4/socket-io-protocol. */

import { OPCODE } from '../../storms/generator/frames.ts'
import { batchOf } from './batch.ts'
import { Repeated } from './repeated.ts'
import type { Heard, Voice, VoiceLine, VoiceOptions } from './voice.ts'

const BEGINS_AT_MS = 70_000
const CREDIT_CHUNKS = 8
const EVENT = '42'
const ANSWERS = { heartbeat: 'heartbeat_ack', telemetry: 'ack', credit: 'grant', fan: 'notice' } as const

export class SocketIoVoice implements Voice {
  readonly path = '/socket.io/?EIO=4&transport=websocket'
  readonly subprotocol = 'bench'
  readonly #options: VoiceOptions
  readonly #answer: Buffer
  otherWas = ''
  #line: VoiceLine | undefined
  /** The private id by which its state is recovered, and the last offset that it saw. */
  #pid: string | undefined
  #offset = ''
  #streamId = ''
  #beganAtMs = 0
  #repeated: Repeated | undefined
  #addresses = 0
  #batch = 0

  constructor(options: VoiceOptions) {
    this.#options = options
    this.#answer = Buffer.from(`${EVENT}["${ANSWERS[options.chatter]}"`)
  }

  begin(line: VoiceLine): void {
    this.#line = line
  }

  comeBack(): void {}

  heard(payload: Buffer): Heard {
    if (this.#answer.compare(payload, 0, this.#answer.length) === 0) {
      if (this.#options.chatter === 'credit') this.#addresses += CREDIT_CHUNKS
      return 1
    }
    const text = payload.toString()
    this.otherWas = text.slice(0, 12)
    if (text.startsWith('0')) {
      const back = this.#pid === undefined ? {} : { pid: this.#pid, offset: this.#offset }
      this.#line?.send(`40${JSON.stringify({ token: this.#options.token, ...back })}`)
    } else if (text === '2') this.#line?.send('3')
    else if (text.startsWith('40')) {
      this.#pid = (JSON.parse(text.slice(2)) as { pid?: string }).pid
      // It went on, and there was nothing that it missed.
      if (this.#offset !== '') return 'ready'
    } else if (text.startsWith(`${EVENT}["ready"`)) {
      this.#offset = offsetIn(text)
      if (this.#options.trackId === undefined) return 'ready'
      this.#emit('play', { track_id: this.#options.trackId, position_ms: BEGINS_AT_MS })
    } else if (text.startsWith(`${EVENT}["playback"`)) {
      const [, message] = JSON.parse(text.slice(2)) as [string, { stream_id: string }]
      this.#offset = offsetIn(text)
      this.#streamId = message.stream_id
      this.#beganAtMs = Date.now()
      return 'ready'
    }
    return 'other'
  }

  frames(count: number): Buffer {
    if (this.#options.chatter === 'telemetry') {
      this.#repeated ??= this.#made('telemetry', { batch: this.#batch++, events: batchOf(this.#streamId, Date.now()) })
      return this.#repeated.frames(count, () => 0)
    }
    const stream_id = this.#streamId
    // Text of as many digits each time is not worth the writing: no server here looks at it twice.
    const positionMs = BEGINS_AT_MS + Date.now() - this.#beganAtMs
    if (this.#options.chatter === 'credit') {
      const next_chunk = Math.floor(positionMs / 4_000)
      this.#repeated ??= this.#made('credit', { stream_id, bitrate_kbps: 160, next_chunk, chunks: CREDIT_CHUNKS })
    }
    const beat = { sent_at_ms: Date.now(), buffer_ms: 12_000, stream_id, position_ms: positionMs }
    this.#repeated ??= this.#made('heartbeat', beat)
    return this.#repeated.frames(count, () => 0)
  }

  takeAddresses(): number {
    const taken = this.#addresses
    this.#addresses = 0
    return taken
  }

  #made(event: string, message: object): Repeated {
    return new Repeated(OPCODE.text, Buffer.from(`${EVENT}${JSON.stringify([event, message])}`), undefined)
  }

  #emit(event: string, message: object): void {
    this.#line?.send(`${EVENT}${JSON.stringify([event, message])}`)
  }
}

/** Behind the arguments of an event stands where it lies in what the server keeps. */
function offsetIn(text: string): string {
  return String((JSON.parse(text.slice(EVENT.length)) as unknown[]).at(-1))
}
