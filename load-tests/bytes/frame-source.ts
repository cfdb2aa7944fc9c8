/** Owns frames from hell: good ones, changed ones and no ones, by a seed. */

import { pick } from '../../infra/demo/seeded-random.ts'
import { DOWN_EXAMPLES, UP_EXAMPLES } from '../../protocol/fixtures/messages.ts'
import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import type { Encoding } from '../../protocol/version.ts'
import { changeBytes, changeFields, randomBytes } from './changes.ts'
import { type Hints, MAKERS, type MessageName } from './messages.ts'
import { WildWriter } from './msgpack-writer.ts'

export interface Frame {
  readonly bytes: Uint8Array
  /** As the WebSocket header has it; text is never other than UTF-8, since uWebSockets.js closes it. */
  readonly isBinary: boolean
}

type Fields = Record<string, unknown>

const TYPES = Object.keys(MAKERS) as MessageName[]
const GOLDEN: readonly Fields[] = [...Object.values(UP_EXAMPLES), ...Object.values(DOWN_EXAMPLES)]
const PLAIN_TEXT = new TextDecoder()

/** How often which kind comes, of a hundred. */
const SHARES = { good: 38, changed: 25, wild: 15, broken: 16, random: 5, large: 1 } as const

export class FrameSource {
  readonly #random: () => number
  readonly #wild: WildWriter

  constructor(random: () => number) {
    this.#random = random
    this.#wild = new WildWriter(random, 0.04)
  }

  next(encoding: Encoding, hints: Hints): Frame {
    const frame = this.#bytes(encoding, hints)
    // Seldom of the kind that the subprotocol does not have.
    const isBinary = (encoding === 'msgpack') !== this.#random() < 0.01
    return { bytes: isBinary ? frame : Buffer.from(PLAIN_TEXT.decode(frame)), isBinary }
  }

  #bytes(encoding: Encoding, hints: Hints): Uint8Array {
    let left = this.#random() * 100
    const is = (share: number) => {
      left -= share
      return left < 0
    }
    if (is(SHARES.good)) return packed(this.#message(hints), encoding)
    if (is(SHARES.changed)) return packed(this.#changed(hints), encoding)
    if (is(SHARES.wild)) {
      const message = this.#random() < 0.5 ? this.#message(hints) : this.#changed(hints)
      return encoding === 'msgpack' ? this.#wild.write(message) : changeBytes(this.#random, packed(message, encoding))
    }
    if (is(SHARES.broken)) return changeBytes(this.#random, packed(this.#message(hints), encoding))
    if (is(SHARES.random)) return randomBytes(this.#random, Math.floor(this.#random() ** 3 * 400))
    return this.#large(encoding, hints)
  }

  /** A field of some ten thousand bytes: beyond the limit of a frame it is too large. */
  #large(encoding: Encoding, hints: Hints): Uint8Array {
    const filler = pick(this.#random, ['x', '😀', '\\', '\u0000']).repeat(Math.floor(this.#random() * 20_000))
    return packed({ ...this.#message(hints), filler }, encoding)
  }

  #message(hints: Hints): Fields {
    if (this.#random() < 0.05) return structuredClone(pick(this.#random, GOLDEN))
    const type = pick(this.#random, this.#random() < 0.5 ? hints.prefers : TYPES)
    return { type, ...MAKERS[type](this.#random, hints) }
  }

  #changed(hints: Hints): Fields {
    const fields = this.#message(hints)
    changeFields(this.#random, fields)
    return fields
  }
}

function packed(message: Fields, encoding: Encoding): Uint8Array {
  return encoding === 'msgpack' ? plainMsgpack.pack(message) : Buffer.from(JSON.stringify(message))
}
