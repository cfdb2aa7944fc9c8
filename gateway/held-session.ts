/** Owns a session as this gateway holds it: beside the core's state, what belongs to its hold on it. */

import type { PlayRecord } from '../protocol/events/playback-record.ts'
import type { DeviceStatus } from '../protocol/messages/devices.ts'
import type { Grant } from '../protocol/messages/grant.ts'
import type { Said } from '../session/numbered.ts'
import type { Session } from '../session/session.ts'
import type { Suggestion } from '../session/up-next.ts'
import type { ClientNetwork } from './network-of.ts'
import { type SignInMark, UNKNOWN_SIGN_IN } from './token-verifier.ts'

/** What a session has said and granted and its client has not been sent, in that order. */
export interface Unsent {
  readonly messages: (Said | Grant)[]
  /** What plays next has changed: the newest list follows them. */
  upNext: boolean
}

/** Most sessions have nothing to say, most of the time: one for all of them. */
const NOTHING_UNSENT: Unsent = Object.freeze({ messages: Object.freeze([]) as never[], upNext: false })

/** Heartbeats that come more often than this part of a lease are saved, and told to the account, together: a third of the beat that a client is asked for, and so less than may be lost with a gateway anyway. */
export const REST_OF_LEASE = 1 / 9

export interface HeldSession {
  readonly session: Session
  /** Of the take by which this gateway got it. */
  readonly epoch: number
  /** The client has spoken since: its newest ticket has arrived. */
  spoken: boolean
  /** For `ready` of a later resume, and for the watch over expiry. */
  tokenExpiresAtMs: number
  /** Of the newest token. */
  signIn: SignInMark
  /** After a resume: until then a fresh token is waited for, should the old one have expired. */
  refreshByMs: number
  /** To be sent when the save that holds it is done: what a client has seen, a resume knows; what it was granted, its books know. */
  unsent: Unsent
  /** Redis has said since this gateway holds the session that its lease is still its own. */
  leaseConfirmed: boolean
  /** When the account was last told that it is alive, by the clock of the gateway. */
  beatAtMs: number
  /** When a save of it last began, by the clock of the process. */
  savedAtMs: number
  /** Its save is put off for a moment. */
  lingers: boolean
  /** Not yet saved is more than evidence of what was heard. */
  urgent: boolean
  /** What its client looked for last, by the whole name: in no save, so a list that is made elsewhere is made without it. */
  sought: readonly Suggestion[]
  /** Where its client spoke from last, for whoever ends its stream later. */
  network: ClientNetwork | undefined
  /** What the other devices of the account were shown last; undefined when it is to be said anew. */
  shown: DeviceStatus | undefined
  /** In no save yet: what nobody could end must not begin in the books (D4), and what ended here may go on elsewhere. */
  unrecorded: PlayRecord[]
  /** Not yet saved as it is. */
  dirty: boolean
  saving: boolean
}

/** Of most; one for all of them. */
const NOTHING_SOUGHT: readonly Suggestion[] = Object.freeze([])

export function hold(session: Session, epoch: number, tokenExpiresAtMs: number, signIn = UNKNOWN_SIGN_IN): HeldSession {
  return {
    session,
    epoch,
    spoken: false,
    tokenExpiresAtMs,
    signIn,
    leaseConfirmed: false,
    beatAtMs: Number.NEGATIVE_INFINITY,
    savedAtMs: Number.NEGATIVE_INFINITY,
    lingers: false,
    urgent: false,
    sought: NOTHING_SOUGHT,
    network: undefined,
    shown: undefined,
    refreshByMs: 0,
    unsent: NOTHING_UNSENT,
    unrecorded: [],
    dirty: false,
    saving: false,
  }
}

export function addUnsent(held: HeldSession, message: Said | Grant): void {
  if (held.unsent === NOTHING_UNSENT) held.unsent = { messages: [message], upNext: false }
  else held.unsent.messages.push(message)
}

export function addUpNext(held: HeldSession): void {
  if (held.unsent === NOTHING_UNSENT) held.unsent = { messages: [], upNext: true }
  else held.unsent.upNext = true
}

/** Takes what is unsent; what is said from now on goes with the next save. */
export function takeUnsent(held: HeldSession): Unsent {
  const { unsent } = held
  held.unsent = NOTHING_UNSENT
  return unsent
}

export function hasUnsent({ unsent }: HeldSession): boolean {
  return unsent.upNext || unsent.messages.length > 0
}
