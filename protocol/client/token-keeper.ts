/** Owns the freshness of the access token: a new one is asked for and sent before the old one expires. */

/** This long before the expiry, or at half of what is left when that is sooner. */
const BEFORE_EXPIRY_MS = 60_000
const RETRY_MS = 5_000

export interface TokenKeeperParts {
  readonly token: (refresh: boolean) => Promise<string>
  send(token: string): void
}

export class TokenKeeper {
  readonly #parts: TokenKeeperParts
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: TokenKeeperParts) {
    this.#parts = parts
  }

  /** The token that the gateway has expires in `leftMs`. */
  expiresIn(leftMs: number): void {
    this.stop()
    this.#again(Math.max(leftMs - BEFORE_EXPIRY_MS, leftMs / 2, 0))
  }

  /** The gateway did not look at the last one, and says after how long it does: then a fresh one is sent. */
  putOff(waitMs = RETRY_MS): void {
    this.stop()
    this.#again(waitMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #again(waitMs: number): void {
    // A timer holds 24 days at most; a token that lives longer is asked for again then.
    this.#timer = setTimeout(() => void this.#refresh(), Math.min(waitMs, 2 ** 31 - 1))
  }

  async #refresh(): Promise<void> {
    try {
      this.#parts.send(await this.#parts.token(true))
    } catch {
      // No token now: the old one is good for a while yet, and when it is not, the gateway says so.
      this.#again(RETRY_MS)
    }
  }
}
