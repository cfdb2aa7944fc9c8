/** Owns the messages that a session never loses: numbered, kept for replay, and what a resume gets of them. */

import { ERRORS, type ErrorName } from '../protocol/errors.ts'
import type { Done } from '../protocol/messages/done.ts'
import type { ErrorMessage } from '../protocol/messages/error.ts'
import type { Playback } from '../protocol/messages/playback.ts'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import { Replay } from './replay.ts'

export type Numbered = Playback | Done | (ErrorMessage & { readonly seq: number })
type Unnumbered = Numbered extends infer M ? (M extends unknown ? Omit<M, 'seq'> : never) : never

/** A numbered message and its frame in MessagePack: packed once, for the socket, the saves and a replay. */
export interface Said {
  readonly message: Numbered
  readonly frame: Uint8Array
}

/** A resume that is further behind than this gets the state instead. */
export const MOST_REPLAYED = 48

/** More messages than this are not lost with a gateway. */
const MOST_LOST = 1_000_000

/** The numbering of one session. */
export interface Sayings {
  /** Of the last numbered message; 0 before the first. */
  seq: number
  /** The highest request that was answered. */
  lastRequest: number
  /** The latest messages, without a gap up to `seq`. */
  readonly replay: Replay
}

export function newSayings(): Sayings {
  return { seq: 0, lastRequest: 0, replay: new Replay(MOST_REPLAYED) }
}

/** Numbers `message` and keeps it for a resume. */
export function number(sayings: Sayings, message: Unnumbered): Said {
  sayings.seq += 1
  const numbered = { ...message, seq: sayings.seq } as Numbered
  if ('re' in numbered && numbered.re !== undefined) sayings.lastRequest = Math.max(sayings.lastRequest, numbered.re)
  const frame = plainMsgpack.pack(numbered)
  sayings.replay.keep(frame)
  return { message: numbered, frame }
}

/** The refusal of request `re`, to be numbered. */
export function refusal(re: number, error: ErrorName, message: string): Omit<ErrorMessage, 'seq'> {
  const { code, retriable } = ERRORS[error]
  return { type: 'error', re, code, name: error, retriable, message }
}

/**
 * A client that has seen up to `lastSeq` is told the state: numbering goes on above all that either of the two knows, so that
 * no later resume takes the messages of one history for those of another.
 */
export function skipTo(sayings: Sayings, lastSeq: number): void {
  // What a client claims beyond that is no history of ours; numbers must stay numbers.
  sayings.seq = Math.max(sayings.seq, Math.min(lastSeq, sayings.seq + MOST_LOST)) + 1
  sayings.replay.clear()
}

/** The messages after `lastSeq`, in order; undefined when some of them are not known any more, or `lastSeq` was never reached. */
export function missedSince(sayings: Sayings, lastSeq: number): readonly Said[] | undefined {
  const missing = sayings.seq - lastSeq
  if (missing < 0 || missing > sayings.replay.count) return undefined
  return sayings.replay.newest(missing).map((frame) => new Repeated(frame))
}

/** Read only where its frame does not do: most clients are sent that. */
class Repeated implements Said {
  readonly frame: Uint8Array

  constructor(frame: Uint8Array) {
    this.frame = frame
  }

  get message(): Numbered {
    return plainMsgpack.unpack(this.frame)
  }
}
