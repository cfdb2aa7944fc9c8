/** Owns the stream lease of a session: by which grant it may play, and until when that is known to hold (D5). */

export interface Lease {
  /** Rises with every grant of the account. 0: granted without Redis, for as long as it is away. */
  readonly fence: number
  /** By the clock of the gateway, counted from before it was asked for: never later than Redis has it. */
  untilMs: number
}
