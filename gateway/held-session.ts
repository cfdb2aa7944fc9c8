/** Owns a session as this gateway holds it: beside the core's state, what belongs to its hold on it. */

import type { Numbered } from '../session/numbered.ts'
import type { Session } from '../session/session.ts'

export interface HeldSession {
  readonly session: Session
  /** Of the take by which this gateway got it. */
  readonly epoch: number
  /** The client has spoken since: its newest ticket has arrived. */
  spoken: boolean
  /** For `ready` of a later resume, and for the watch over expiry. */
  tokenExpiresAtMs: number
  /** Said, and to be sent when the save that holds it is done: what a client has seen, a resume knows. */
  unsent: Numbered[]
  /** Not yet saved as it is. */
  dirty: boolean
  saving: boolean
}

export function hold(session: Session, epoch: number, tokenExpiresAtMs: number): HeldSession {
  return { session, epoch, spoken: false, tokenExpiresAtMs, unsent: [], dirty: false, saving: false }
}
