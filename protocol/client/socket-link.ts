/** Owns one WebSocket of the client: frames in and out, and telling once that it is gone. */

import { decodeDown, encodeMessage } from '../codec.ts'
import type { DownMessage } from '../messages/down.ts'
import type { UpMessage } from '../messages/up.ts'
import { type Encoding, RESUMING, SUBPROTOCOLS } from '../version.ts'
import type { ClientOptions, SocketLike } from './options.ts'

const OPEN = 1
/** The line is given up, the session is not: any code but 1000, which says goodbye. */
export const GIVEN_UP = 3000
export const GOODBYE = 1000

export interface LinkEvents {
  message(message: DownMessage): void
  /** Called once. 1006: the line broke without a word. */
  gone(code: number): void
}

export class SocketLink {
  readonly #socket: SocketLike
  readonly #encoding: Encoding
  #events: LinkEvents | undefined

  constructor(options: ClientOptions, events: LinkEvents, resuming: boolean) {
    this.#encoding = options.encoding ?? 'msgpack'
    this.#events = events
    const WebSocketClass = options.webSocket ?? globalSocket()
    const url = typeof options.url === 'string' ? options.url : options.url()
    this.#socket = new WebSocketClass(resuming ? resumingAt(url) : url, [SUBPROTOCOLS[this.#encoding]])
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.onmessage = (event: { data: unknown }) => this.#onFrame(event.data)
    this.#socket.onclose = (event: { code: number }) => this.#gone(event.code)
    // A close event follows every error; Node's `ws` would throw without a listener.
    this.#socket.onerror = () => undefined
  }

  send(message: UpMessage): void {
    if (this.#socket.readyState !== OPEN) return
    this.#socket.send(encodeMessage(message, this.#encoding) as string | Uint8Array<ArrayBuffer>)
  }

  /** Closes without waiting for the other side, which may be unreachable. */
  drop(code: number): void {
    this.#socket.close(code)
    this.#gone(code)
  }

  #onFrame(data: unknown): void {
    const frame = typeof data === 'string' ? data : data instanceof ArrayBuffer ? new Uint8Array(data) : undefined
    const message = frame === undefined ? undefined : decodeDown(frame, this.#encoding)
    if (message === undefined) this.drop(GIVEN_UP)
    else this.#events?.message(message)
  }

  #gone(code: number): void {
    const events = this.#events
    this.#events = undefined
    events?.gone(code)
  }
}

/** There is room for those who resume apart from the rest (G2). */
function resumingAt(url: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${RESUMING}=1`
}

function globalSocket(): new (url: string, protocols: string[]) => SocketLike {
  const found: unknown = Reflect.get(globalThis, 'WebSocket')
  if (typeof found !== 'function') throw new TypeError('there is no global WebSocket here: pass `webSocket`')
  return found as new (
    url: string,
    protocols: string[],
  ) => SocketLike
}
