/** Owns a player without the SDK: sends any frame, and reads what comes back one by one. */

import WebSocket from 'ws'
import { decodeDown, encodeMessage } from '../../protocol/codec.ts'
import type { DownMessage } from '../../protocol/messages/down.ts'
import type { UpMessage } from '../../protocol/messages/up.ts'
import { type Encoding, SUBPROTOCOLS } from '../../protocol/version.ts'

const ANSWER_WITHIN_MS = 30_000
/** Names no stream. */
const NOBODYS = '00000000-0000-0000-0000-000000000000'

type Heard = { readonly message: DownMessage } | { readonly closed: number }

export class RawPlayer {
  readonly #socket: WebSocket
  readonly #encoding: Encoding
  readonly #heard: Heard[] = []
  #wake: (() => void) | undefined
  /** The open stream, as this socket was told last. */
  streamId = NOBODYS

  private constructor(socket: WebSocket, encoding: Encoding) {
    this.#socket = socket
    this.#encoding = encoding
    const hear = (heard: Heard) => {
      this.#heard.push(heard)
      this.#wake?.()
    }
    socket.on('message', (data: Buffer, isBinary) => {
      const message = decodeDown(isBinary ? data : data.toString(), encoding)
      if (message === undefined) throw new Error('the gateway sent a malformed frame')
      if (message.type === 'playback') this.streamId = message.stream_id ?? NOBODYS
      hear({ message })
    })
    socket.on('close', (code) => hear({ closed: code }))
    socket.on('error', () => undefined)
  }

  /** Connects and waits for nothing; `localAddress`: from where; `ca`: of a certificate that the system does not know. */
  static connect(url: string, encoding: Encoding = 'msgpack', localAddress = '127.0.0.1', ca?: string): RawPlayer {
    const options = ca === undefined ? { localAddress } : { localAddress, ca }
    return new RawPlayer(new WebSocket(url, [SUBPROTOCOLS[encoding]], options), encoding)
  }

  /** Connects and signs in. */
  static async ready(url: string, token: string, encoding: Encoding = 'msgpack'): Promise<RawPlayer> {
    const player = RawPlayer.connect(url, encoding)
    await player.hears('hello')
    player.says({ type: 'authenticate', token, device: { id: 'device-1', name: 'Test', kind: 'web' } })
    await player.hears('ready')
    return player
  }

  says(message: UpMessage): void {
    this.sends(encodeMessage(message, this.#encoding))
  }

  sends(frame: Uint8Array | string): void {
    this.#socket.send(frame)
  }

  /** The next message of this type; others before it are passed over. */
  async hears<T extends DownMessage['type']>(type: T): Promise<Extract<DownMessage, { type: T }>> {
    for (;;) {
      const heard = await this.#next(type)
      if ('closed' in heard) throw new Error(`waited for '${type}', but the socket closed with ${heard.closed}`)
      if (heard.message.type === type) return heard.message as Extract<DownMessage, { type: T }>
    }
  }

  /** The next message, of whatever type. */
  async hearsAny(): Promise<DownMessage> {
    const heard = await this.#next('message')
    if ('closed' in heard) throw new Error(`waited for a message, but the socket closed with ${heard.closed}`)
    return heard.message
  }

  /** The code the socket is closed with; messages before it are passed over. */
  async closes(): Promise<number> {
    for (;;) {
      const heard = await this.#next('close')
      if ('closed' in heard) return heard.closed
    }
  }

  get closed(): boolean {
    return this.#socket.readyState === WebSocket.CLOSED
  }

  /** Reads nothing more, until it goes on. */
  stopsReading(): void {
    this.#socket.pause()
  }

  goesOnReading(): void {
    this.#socket.resume()
  }

  /** Closes as one that is done. */
  signsOut(): void {
    this.#socket.close(1000)
  }

  hangUp(): void {
    this.#socket.terminate()
  }

  async #next(what: string): Promise<Heard> {
    const deadline = Date.now() + ANSWER_WITHIN_MS
    for (;;) {
      const heard = this.#heard.shift()
      if (heard !== undefined) return heard
      const leftMs = deadline - Date.now()
      if (leftMs <= 0) throw new Error(`no '${what}' within ${ANSWER_WITHIN_MS} ms`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }
}
