/** Owns what keeps a connected session going: its heartbeat, its token, and the clock of the gateway (H1, S4, S5). */

import type { Hello } from '../messages/hello.ts'
import { Heart } from './heart.ts'
import type { PlayerPosition } from './options.ts'
import { GIVEN_UP, type SocketLink } from './socket-link.ts'
import { TokenKeeper } from './token-keeper.ts'

export interface UpkeepParts {
  readonly token: (refresh: boolean) => Promise<string>
  nextId(): number
  /** The open stream and where its playhead is. */
  playing(): { readonly streamId: string; readonly at: PlayerPosition } | undefined
}

export class Upkeep {
  readonly #parts: UpkeepParts
  readonly #tokens: TokenKeeper
  #link: SocketLink | undefined
  #heart: Heart | undefined
  #clockOffsetMs = 0

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    this.#tokens = new TokenKeeper({
      token: parts.token,
      send: (token) => this.#link?.send({ type: 'refresh', id: parts.nextId(), token }),
    })
  }

  /** The clock of the gateway, as near as the last sign-in tells. */
  serverNowMs(): number {
    return Date.now() + this.#clockOffsetMs
  }

  connected(link: SocketLink, hello: Hello | undefined, serverTimeMs: number, tokenExpiresAtMs: number): void {
    this.#link = link
    this.#clockOffsetMs = serverTimeMs - Date.now()
    this.#heart?.stop()
    this.#heart = new Heart({
      firstMs: hello?.first_heartbeat_ms ?? 0,
      intervalMs: hello?.heartbeat_interval_ms ?? 15_000,
      send: (message) => link.send(message),
      dead: () => link.drop(GIVEN_UP),
      playing: this.#parts.playing,
    })
    this.#tokens.expiresIn(tokenExpiresAtMs - serverTimeMs)
  }

  /** The gateway has taken a fresh token. */
  refreshed(tokenExpiresAtMs: number): void {
    this.#tokens.expiresIn(tokenExpiresAtMs - this.serverNowMs())
  }

  /** The gateway has answered a heartbeat. */
  answered(): void {
    this.#heart?.answered()
  }

  /** The socket is gone. */
  quiet(): void {
    this.#heart?.stop()
    this.#tokens.stop()
    this.#link = undefined
  }
}
