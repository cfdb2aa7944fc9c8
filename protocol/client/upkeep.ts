/** Owns what keeps a connected session going: its heartbeat, its token, and the clock of the gateway (H1, S4, S5). */

import type { ErrorMessage } from '../messages/error.ts'
import type { Hello } from '../messages/hello.ts'
import type { Resumed } from '../messages/resumed.ts'
import { Heart, type Playing } from './heart.ts'
import { GIVEN_UP, type SocketLink } from './socket-link.ts'
import { TokenKeeper } from './token-keeper.ts'

/** Evidence of an advertisement that is audible without a break. */
const AD_BEAT_MS = 1_000

/** What `ready` and `resumed` say of time. */
export type Welcome = Pick<Resumed, 'server_time_ms' | 'quiet_ms'>

export interface UpkeepParts {
  readonly token: (refresh: boolean) => Promise<string>
  nextId(): number
  /** The open stream and where its playhead is. */
  playing(): Playing | undefined
  volume(): number | undefined
}

export class Upkeep {
  readonly #parts: UpkeepParts
  readonly #tokens: TokenKeeper
  #link: SocketLink | undefined
  #heart: Heart | undefined
  #clockOffsetMs = 0
  #refreshId = 0
  #hearsAd = false
  #adTimer: ReturnType<typeof setInterval> | undefined

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    this.#tokens = new TokenKeeper({
      token: parts.token,
      send: (token) => {
        this.#refreshId = parts.nextId()
        this.#link?.send({ type: 'refresh', id: this.#refreshId, token })
      },
    })
  }

  /** The clock of the gateway, as near as the last sign-in tells. */
  serverNowMs(): number {
    return Date.now() + this.#clockOffsetMs
  }

  connected(
    link: SocketLink,
    hello: Hello | undefined,
    { server_time_ms: serverTimeMs, quiet_ms: quietMs }: Welcome,
    tokenExpiresAtMs: number,
  ): void {
    this.#link = link
    this.#clockOffsetMs = serverTimeMs - Date.now()
    this.#heart?.stop()
    this.#heart = new Heart({
      firstMs: quietMs ?? hello?.first_heartbeat_ms ?? 0,
      intervalMs: hello?.heartbeat_interval_ms ?? 15_000,
      send: (message) => link.send(message),
      dead: () => link.drop(GIVEN_UP),
      playing: this.#parts.playing,
      volume: this.#parts.volume,
    })
    this.#tokens.expiresIn(tokenExpiresAtMs - serverTimeMs)
    this.#beatForAd()
  }

  /** The gateway has taken a fresh token. */
  refreshed(tokenExpiresAtMs: number): void {
    this.#tokens.expiresIn(tokenExpiresAtMs - this.serverNowMs())
  }

  /** Whether the error was the answer to the last `refresh`, which may be said again. */
  refused({ re, retriable, retry_after_ms }: ErrorMessage): boolean {
    if (!retriable || re === undefined || re !== this.#refreshId) return false
    this.#tokens.putOff(retry_after_ms)
    return true
  }

  /** The gateway has answered the heartbeat of `sentAtMs`. */
  answered(sentAtMs: number): void {
    this.#heart?.answered(sentAtMs)
  }

  /** The line may be gone: it is tried at once (R4). */
  probe(): void {
    this.#heart?.probe()
  }

  /** A heartbeat beside those that are due. */
  beat(): void {
    this.#heart?.beatNow()
  }

  /** While an advertisement is heard the gateway is told of it more often (V2). */
  hearAd(isHeard: boolean): void {
    if (isHeard === this.#hearsAd) return
    this.#hearsAd = isHeard
    this.#beatForAd()
  }

  /** The socket is gone. */
  quiet(): void {
    this.#heart?.stop()
    this.#tokens.stop()
    this.#link = undefined
    this.#beatForAd()
  }

  #beatForAd(): void {
    clearInterval(this.#adTimer)
    this.#adTimer =
      this.#hearsAd && this.#link !== undefined ? setInterval(() => this.#heart?.beatNow(), AD_BEAT_MS) : undefined
  }
}
