/** Owns MessagePack as nobody should write it: any header for any value, keys twice, extensions, lengths that lie. */

import { pick } from '../../infra/demo/seeded-random.ts'

const EXTENSIONS: readonly (readonly number[])[] = [
  [0xd6, 0xff, 0, 0, 0, 1],
  [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x7a, 0x05],
  [0xd4, 0x65, 0x00],
  [0xc7, 0x00, 0x01],
  [0xc8, 0x00, 0x01, 0x62, 0x00],
  [0xc9, 0x00, 0x00, 0x00, 0x01, 0x73, 0x00],
  [0xc1],
]
/** Headers whose lengths claim up to four gigabytes. */
const LIARS: readonly (readonly number[])[] = [0xdd, 0xdf, 0xdb, 0xc6, 0xc9].flatMap((header) => [
  [header, 0xff, 0xff, 0xff, 0xff],
  [header, 0x01, 0x00, 0x00, 0x00],
  [header, 0x00, 0x00, 0xff, 0xff],
])
const FLOAT_64 = new DataView(new ArrayBuffer(8))

export class WildWriter {
  readonly #random: () => number
  /** The chance that a single value is written wildly. */
  readonly #wildness: number
  #bytes: number[] = []

  constructor(random: () => number, wildness: number) {
    this.#random = random
    this.#wildness = wildness
  }

  write(value: unknown): Uint8Array {
    this.#bytes = []
    this.#value(value)
    return Uint8Array.from(this.#bytes)
  }

  #value(value: unknown): void {
    if (this.#chance()) this.#put(pick(this.#random, this.#random() < 0.5 ? EXTENSIONS : LIARS))
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'boolean') this.#bytes.push(value ? 0xc3 : 0xc2)
    else if (value instanceof Uint8Array) this.#put([0xc4, value.length & 0xff, ...value])
    else if (Array.isArray(value)) this.#array(value)
    else if (typeof value === 'object' && value !== null) this.#map(Object.entries(value))
    else this.#bytes.push(0xc0)
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 128 && !this.#chance()) {
      this.#bytes.push(value)
    } else if (Number.isInteger(value) && value >= 0 && value < 2 ** 32 && !this.#chance()) {
      this.#bytes.push(0xce, value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
    } else {
      FLOAT_64.setFloat64(0, value)
      this.#bytes.push(0xcb)
      for (let at = 0; at < 8; at++) this.#bytes.push(FLOAT_64.getUint8(at))
    }
  }

  #text(value: string): void {
    const bytes = Buffer.from(value)
    if (bytes.length < 32 && !this.#chance()) this.#bytes.push(0xa0 | bytes.length)
    else this.#length(0xd9, 0xda, 0xdb, bytes.length)
    this.#put(bytes)
  }

  #array(items: readonly unknown[]): void {
    if (items.length < 16 && !this.#chance()) this.#bytes.push(0x90 | items.length)
    else this.#length(undefined, 0xdc, 0xdd, items.length)
    for (const item of items) this.#value(item)
  }

  #map(entries: readonly (readonly [string, unknown])[]): void {
    // A key that comes twice, or one that is not there.
    const said = this.#chance() ? [...entries, ...entries.slice(0, 1)] : entries
    const count = this.#chance() ? said.length + 1 : said.length
    if (count < 16 && !this.#chance()) this.#bytes.push(0x80 | count)
    else this.#length(undefined, 0xde, 0xdf, count)
    for (const [key, value] of said) {
      if (this.#chance()) this.#value(this.#random() < 0.5 ? 7 : [key])
      else this.#text(key)
      this.#value(value)
    }
  }

  #length(one: number | undefined, two: number, four: number, length: number): void {
    const width = this.#random()
    if (one !== undefined && length < 256 && width < 0.5) this.#bytes.push(one, length)
    else if (length < 65_536 && width < 0.8) this.#bytes.push(two, length >>> 8, length & 0xff)
    else this.#bytes.push(four, length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff)
  }

  #put(bytes: Iterable<number>): void {
    for (const byte of bytes) this.#bytes.push(byte)
  }

  #chance(): boolean {
    return this.#random() < this.#wildness
  }
}
