/** Owns the tongue of Centrifugo, JSON: https://centrifugal.dev/docs/transports/client_protocol. What is nearest to a heartbeat there is a publication that is answered. */

import { OPCODE } from '../../storms/generator/frames.ts'
import { Repeated } from './repeated.ts'
import type { Heard, Voice, VoiceLine, VoiceOptions } from './voice.ts'

const CONNECT_ID = 1
const SUBSCRIBE_ID = 2
const PUBLISH_ID = 3
/** To whom a message is fanned out. */
export const FAN_CHANNEL = 'fan:all'
const SAY_CHANNEL = 'say:one'

export class CentrifugoVoice implements Voice {
  readonly path = '/connection/websocket'
  readonly subprotocol = 'bench'
  readonly #options: VoiceOptions
  otherWas = ''
  #line: VoiceLine | undefined
  #repeated: Repeated | undefined

  constructor(options: VoiceOptions) {
    this.#options = options
  }

  begin(line: VoiceLine): void {
    this.#line = line
    this.#say({ id: CONNECT_ID, connect: { token: this.#options.token } })
  }

  comeBack(): void {}

  /** Several replies may share a frame, a line each. */
  heard(payload: Buffer): Heard {
    const text = payload.toString()
    const answers = text.split(/"push":|"publish":/).length - 1
    if (answers > 0) return answers
    this.otherWas = text.slice(0, 60)
    if (text === '{}') {
      // Its ping is answered by the same.
      this.#line?.send('{}')
      return 'other'
    }
    if (text.includes('"error"')) return 'other'
    if (text.startsWith(`{"id":${CONNECT_ID},`)) {
      if (this.#options.chatter !== 'fan') return 'ready'
      this.#say({ id: SUBSCRIBE_ID, subscribe: { channel: FAN_CHANNEL } })
      return 'other'
    }
    return text.startsWith(`{"id":${SUBSCRIBE_ID},`) ? 'ready' : 'other'
  }

  frames(count: number): Buffer {
    const data = { sent_at_ms: Date.now(), buffer_ms: 12_000, position_ms: 70_000 }
    const command = { id: PUBLISH_ID, publish: { channel: SAY_CHANNEL, data } }
    this.#repeated ??= new Repeated(OPCODE.text, Buffer.from(JSON.stringify(command)), undefined)
    return this.#repeated.frames(count, () => 0)
  }

  takeAddresses(): number {
    return 0
  }

  #say(command: object): void {
    this.#line?.send(JSON.stringify(command))
  }
}
