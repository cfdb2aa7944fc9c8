/** Owns the tap on a WebSocket: a class for the SDK's `webSocket` option that tells a witness of every frame. */

import WebSocket from 'ws'
import type { SocketLike } from '../../protocol/client/index.ts'
import { decodeDown, decodeFrame } from '../../protocol/codec.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import type { Wire, Witness } from './witness.ts'

const ENCODING = 'msgpack'

export function tapped(witness: Witness): new (url: string, protocols: string[]) => SocketLike {
  return class extends WebSocket {
    readonly #wire: Wire = witness.newWire()

    constructor(url: string, protocols: string[]) {
      super(url, protocols)
      // Before the SDK's own listener, so that the witness has seen what the SDK acts on.
      this.addEventListener('message', ({ data }) => {
        const message = data instanceof ArrayBuffer ? decodeDown(new Uint8Array(data), ENCODING) : undefined
        if (message === undefined) witness.complaints.push(`${witness.name}: a frame that is no message`)
        else witness.down(this.#wire, message)
      })
      this.addEventListener('close', ({ code }) => {
        this.#wire.deaf = true
        witness.closed(code)
      })
    }

    override send(data: string | Uint8Array<ArrayBuffer>): void {
      const message = typeof data === 'string' ? undefined : decodeFrame(data, ENCODING)
      if (message !== undefined) witness.up(this.#wire, message as UpMessage)
      super.send(data)
    }

    override close(code?: number, reason?: string): void {
      this.#wire.deaf = true
      super.close(code, reason)
    }
  }
}
