/** Owns the errors that the client and its player throw at each other. */

import type { ErrorMessage } from '../messages/error.ts'

/** A request that was refused, was not answered, or lost its session. */
export class SegueError extends Error {
  /** From the table of errors, or `timeout`, `disconnected`, `closed`. */
  readonly code: string
  /** The same request may succeed later. */
  readonly retriable: boolean
  /** `stream_limit`: the devices in the way; `play` may name one of them to be stopped. */
  readonly conflicts: NonNullable<ErrorMessage['conflicts']>

  constructor(
    code: string,
    message: string,
    retriable: boolean,
    conflicts: NonNullable<ErrorMessage['conflicts']> = [],
  ) {
    super(message)
    this.name = 'SegueError'
    this.code = code
    this.retriable = retriable
    this.conflicts = conflicts
  }
}

/** Thrown by `token` of the options: the listener is signed out, and the client fails instead of trying again. */
export class SignedOut extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SignedOut'
  }
}
