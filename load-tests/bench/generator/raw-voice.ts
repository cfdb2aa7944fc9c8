/** Owns bare frames, for the floor: a token first where it asks for one, then frames as long as Segue's. */

import { encodeMessage } from '../../../protocol/codec.ts'
import { OPCODE } from '../../storms/generator/frames.ts'
import { LEAST_NUMBER, Repeated } from './repeated.ts'
import type { Heard, Voice, VoiceLine, VoiceOptions } from './voice.ts'

const STREAM_ID = '018f0000-0000-7000-8000-000000000001'

export class RawVoice implements Voice {
  readonly path = '/ws'
  readonly subprotocol = 'raw'
  readonly #token: string
  otherWas = ''
  #ticket: string | undefined
  #isIn = false
  #repeated: Repeated | undefined

  constructor({ token }: VoiceOptions) {
    this.#token = token
  }

  begin(line: VoiceLine): void {
    this.#isIn = false
    if (this.#token !== '') line.send(this.#ticket ?? this.#token)
  }

  comeBack(): void {}

  heard(payload: Buffer): Heard {
    if (this.#isIn) return 1
    this.#isIn = true
    // What the floor greets with is the way back.
    if (this.#token !== '' && payload.length > 1) this.#ticket = payload.toString('latin1')
    return 'ready'
  }

  frames(count: number): Buffer {
    const heartbeat = { type: 'heartbeat', sent_at_ms: Date.now(), buffer_ms: 12_000 } as const
    const message = { ...heartbeat, stream_id: STREAM_ID, position_ms: LEAST_NUMBER }
    this.#repeated ??= new Repeated(OPCODE.binary, encodeMessage(message, 'msgpack') as Uint8Array, undefined)
    return this.#repeated.frames(count, () => 0)
  }

  takeAddresses(): number {
    return 0
  }
}
