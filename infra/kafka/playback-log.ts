/** Owns the port to the durable log of playback: what a gateway may rely on, and how it fails. */

export interface PlaybackLog {
  /**
   * Resolves when every in-sync replica has the record; records of one key keep the order of the calls.
   * @throws {PlaybackLogError} when it is not known to be there. It may be there all the same: a reader
   * sees a record that is appended again twice, so what it holds must say what it is.
   * @param traceparent of who follows the record; its readers go on
   */
  append(key: string, value: Uint8Array, traceparent?: string): Promise<void>
  /** Resolves when everything appended until now is settled. */
  flush(): Promise<void>
  /** Settles what is under way, refuses what comes after. */
  stop(): Promise<void>
}

/** Names of `protocol/errors.ts`, with whether the same append may succeed later. */
const REASONS = {
  unavailable: { retriable: true },
  overloaded: { retriable: true },
  payload_too_large: { retriable: false },
} as const
type Reason = keyof typeof REASONS

export class PlaybackLogError extends Error {
  readonly reason: Reason

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PlaybackLogError'
    this.reason = reason
  }

  get retriable(): boolean {
    return REASONS[this.reason].retriable
  }
}
