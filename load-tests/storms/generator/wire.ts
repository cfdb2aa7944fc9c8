/** Owns one WebSocket of the generator, over a TCP socket of its own: light enough that a process holds 10,000. */

import { connect, type Socket } from 'node:net'
import type { Dialogue } from './dialogue.ts'
import { clientFrame, FrameReader, OPCODE } from './frames.ts'

export interface WireOwner {
  opened(wire: Wire): void
  /** `payload` is read before this returns. */
  heard(wire: Wire, payload: Buffer): void
  /** All that had arrived was heard. */
  paused?(wire: Wire): void
  /** Told once. `why`: a close code, the status of a refused upgrade, an errno, or `eof`. */
  ended(wire: Wire, why: string): void
}

export interface Route {
  readonly host: string
  readonly port: number
  /** The address to come from: each has ports of its own. */
  readonly from: string
}

const arrived = Buffer.allocUnsafeSlow(65_536)
const HEAD_END = '\r\n\r\n'
const SWITCHING = 'HTTP/1.1 101 '

export class Wire {
  readonly #owner: WireOwner
  readonly #socket: Socket
  readonly #reader = new FrameReader()
  #head: string | undefined = ''
  #why: string | undefined
  #over = false

  constructor(owner: WireOwner, route: Route, { path, subprotocol }: Pick<Dialogue, 'path' | 'subprotocol'>) {
    this.#owner = owner
    const socket = connect({
      ...{ host: route.host, port: route.port, localAddress: route.from, noDelay: true },
      // One piece of memory for all, which is read before anything else arrives: the stream's own way costs more than the rest.
      onread: {
        buffer: arrived,
        callback: (bytes) => {
          this.#take(arrived.subarray(0, bytes))
          return true
        },
      },
    })
    this.#socket = socket
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${route.host}:${route.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
    )
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#why ??= error.code ?? error.message
    })
    socket.on('close', () => this.#end())
  }

  send(payload: Uint8Array, opcode: number = OPCODE.binary): void {
    this.#socket.write(clientFrame(opcode, payload))
  }

  /** Frames as they are. */
  write(frames: Uint8Array): void {
    this.#socket.write(frames)
  }

  /** Ends the connection behind what was sent, without a close frame: as when a program ends. */
  finish(): void {
    this.#socket.destroySoon()
  }

  /** Breaks the connection; what is under way is lost. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  #take(piece: Buffer): void {
    if (this.#head === undefined) {
      this.#reader.push(piece, this.#frame)
      this.#owner.paused?.(this)
      return
    }
    this.#head += piece.toString('latin1')
    const end = this.#head.indexOf(HEAD_END)
    if (end < 0) return
    const head = this.#head
    this.#head = undefined
    if (!head.startsWith(SWITCHING)) {
      this.#why = `http ${head.slice(9, 12)}`
      this.#socket.destroy()
      return
    }
    this.#owner.opened(this)
    const rest = Buffer.from(head.slice(end + HEAD_END.length), 'latin1')
    if (rest.length > 0) this.#reader.push(rest, this.#frame)
  }

  readonly #frame = (opcode: number, payload: Buffer): void => {
    if (opcode === OPCODE.binary || opcode === OPCODE.text) {
      if (!this.#over) this.#owner.heard(this, payload)
    } else if (opcode === OPCODE.close) {
      this.#why = payload.length >= 2 ? String(payload.readUInt16BE(0)) : '1005'
      this.#socket.end(clientFrame(OPCODE.close, payload.subarray(0, 2)))
    }
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    this.#owner.ended(this, this.#why ?? 'eof')
  }
}
