/** Owns the sockets of one client as k6 opens them: the class that the SDK is given, and a way to break the one in use. */

import { WebSocket } from 'k6/websockets'
import type { SocketLike } from '../../../protocol/client/options.ts'

export interface SocketParams {
  readonly tags: Record<string, string>
  readonly headers?: Record<string, string>
}

/** As the documentation has it: the published types know neither subprotocols nor events. */
const Opened = WebSocket as unknown as new (
  url: string,
  protocols: string[],
  params: SocketParams,
) => Omit<SocketLike, 'send'> & { send(data: string | ArrayBuffer): void }

const CONNECTING = 0
/** No code that says goodbye: the session stays. */
const BROKEN = 3_001
/** What a browser says of a line that broke without a word; k6 says nothing. */
const WITHOUT_A_WORD = 1_006

export interface Line {
  readonly webSocket: new (url: string, protocols: string[]) => SocketLike
  /** The line breaks; the client learns of it as of any other. */
  breaks(): void
}

export function newLine(params: SocketParams): Line {
  let current: K6Socket | undefined
  return {
    webSocket: class extends K6Socket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, params)
        current = this
      }
    },
    breaks: () => current?.close(BROKEN),
  }
}

/** The WebSocket of k6 as the SDK knows one. */
export class K6Socket implements SocketLike {
  readonly #socket: InstanceType<typeof Opened>
  /** Closed before it was open, by this code. */
  #unwanted: number | undefined
  onopen: SocketLike['onopen'] = null
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null
  onerror: SocketLike['onerror'] = null

  constructor(url: string, protocols: string[], params: SocketParams) {
    // Without its query: `resume=1` is no other place.
    const name = url.replace(/\?.*$/, '')
    const socket = new Opened(url, protocols, { ...params, tags: { ...params.tags, name } })
    this.#socket = socket
    socket.onopen = (event: unknown) => {
      if (this.#unwanted === undefined) this.onopen?.(event as never)
      else socket.close(this.#unwanted)
    }
    socket.onmessage = (event: unknown) => this.onmessage?.(event as never)
    socket.onerror = (event: unknown) => this.onerror?.(event as never)
    socket.onclose = (event: unknown) => {
      const { code = WITHOUT_A_WORD } = event as { code?: number }
      this.onclose?.({ code } as never)
    }
  }

  get binaryType(): string {
    return this.#socket.binaryType
  }

  set binaryType(type: string) {
    this.#socket.binaryType = type
  }

  get readyState(): number {
    return this.#socket.readyState
  }

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.#socket.send(data)
    // A view of a larger buffer would be sent element by element.
    else this.#socket.send(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer)
  }

  close(code?: number): void {
    // k6 would stand still until the connection is there, which may be never.
    if (this.readyState === CONNECTING) this.#unwanted = code ?? WITHOUT_A_WORD
    else this.#socket.close(code)
  }
}
