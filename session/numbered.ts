/** Owns the messages that a session never loses: numbered, kept for replay, and what a resume gets of them. */

import { ERRORS, type ErrorName } from '../protocol/errors.ts'
import type { ErrorMessage } from '../protocol/messages/error.ts'
import type { Playback } from '../protocol/messages/playback.ts'
import type { UpNext } from '../protocol/messages/up-next.ts'

export type Numbered = Playback | UpNext | (ErrorMessage & { readonly seq: number })
type Unnumbered = Numbered extends infer M ? (M extends unknown ? Omit<M, 'seq'> : never) : never

/** A resume that is further behind than this gets the state instead. */
export const MOST_REPLAYED = 48

/** The numbering of one session. */
export interface Sayings {
  /** Of the last numbered message; 0 before the first. */
  seq: number
  /** The highest request that was answered. */
  lastRequest: number
  /** The latest messages, oldest first, without a gap up to `seq`. */
  readonly replay: Numbered[]
}

export function newSayings(): Sayings {
  return { seq: 0, lastRequest: 0, replay: [] }
}

/** Numbers `message` and keeps it for a resume. */
export function number(sayings: Sayings, message: Unnumbered): Numbered {
  sayings.seq += 1
  const numbered = { ...message, seq: sayings.seq } as Numbered
  if ('re' in numbered && numbered.re !== undefined) sayings.lastRequest = Math.max(sayings.lastRequest, numbered.re)
  sayings.replay.push(numbered)
  if (sayings.replay.length > MOST_REPLAYED) sayings.replay.shift()
  return numbered
}

/** The refusal of request `re`, to be numbered. */
export function refusal(re: number, error: ErrorName, message: string): Omit<ErrorMessage, 'seq'> {
  const { code, retriable } = ERRORS[error]
  return { type: 'error', re, code, name: error, retriable, message }
}

/** The messages after `lastSeq`, in order; undefined when some of them are not known any more, or `lastSeq` was never reached. */
export function missedSince(sayings: Sayings, lastSeq: number): readonly Numbered[] | undefined {
  const missing = sayings.seq - lastSeq
  if (missing < 0 || missing > sayings.replay.length) return undefined
  return sayings.replay.slice(sayings.replay.length - missing)
}
