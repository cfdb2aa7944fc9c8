/** Owns how a session goes on over another socket, or without the stream that another hand has ended. */

import type { Resumed } from '../protocol/messages/resumed.ts'
import type { UpNext } from '../protocol/messages/up-next.ts'
import { fenceOf, say, whatOf } from './answers.ts'
import { forgetAddresses } from './chunk-ledger.ts'
import { type Effect, NONE, SAVE } from './effect.ts'
import { missedSince, type Said, skipTo } from './numbered.ts'
import { freed, IDLE, note, type Session } from './session.ts'

/** What a resume is answered with. */
export interface Resumption {
  /** The messages that were missed; undefined when they are not known any more, and the state must be told instead. */
  readonly missed: readonly Said[] | undefined
  /** Beside them, the session is another than was saved: a save may wait, as what it adds is known again by the next resume. */
  readonly effects: readonly Effect[]
}

/** Where the client says that the playhead of a stream is. */
export interface Place {
  readonly streamId: string
  readonly positionMs: number
}

/**
 * The session goes on over another socket. `place` is evidence of what was heard meanwhile, when nothing was missed.
 * @param streamEnded its stream was ended by another hand: what follows tells of it
 */
export function resumeSession(
  session: Session,
  lastSeq: number,
  place: Place | undefined,
  nowMs: number,
  streamEnded = false,
): Resumption {
  // Compared before anything new is said: a client that has seen more than this session knows saw another history.
  const isKnown = lastSeq <= session.sayings.seq
  // What it says is among what was missed.
  const ended = streamEnded ? forgetLost(session, nowMs).filter(({ kind }) => kind !== 'say') : NONE
  const missed = isKnown ? missedSince(session.sayings, lastSeq) : undefined
  if (session.state.at !== 'idle') {
    forgetAddresses(session.state.stream.ledger)
    if (!isKnown) session.state.stream.listening.astray = true
  }
  // Whoever missed something tells of a playhead in a stream that is over, or before a seek that is done.
  if (session.state.at !== 'idle' && place?.streamId === session.state.stream.streamId && missed?.length === 0) {
    note(session, session.state.stream, place.positionMs, nowMs)
  }
  if (missed === undefined) skipTo(session.sayings, lastSeq)
  return { missed, effects: ended }
}

/** The stream was ended by another hand: it is over, and the client is told. Returns the message to send. */
export function forgetLost(session: Session, nowMs: number): readonly Effect[] {
  if (session.state.at === 'idle') return NONE
  const { stream } = session.state
  session.endedStreamId = stream.streamId
  session.state = IDLE
  const over = { type: 'playback', status: 'stopped', stream_id: stream.streamId, reason: 'lost' } as const
  return [say(session, { ...over, position_ms: stream.listening.anchorMs, at_ms: nowMs }), freed(session), SAVE]
}

/** The state as it is, for a resume that could not be whole. */
export function stateNow(session: Session, nowMs: number): NonNullable<Resumed['state']> {
  const up_next = upNextNow(session)
  if (session.state.at === 'idle') {
    return { playback: { type: 'playback', status: 'stopped', position_ms: 0, at_ms: nowMs } as const, up_next }
  }
  const { at, stream } = session.state
  const playback = {
    type: 'playback',
    status: at,
    stream_id: stream.streamId,
    position_ms: stream.listening.anchorMs,
    at_ms: nowMs,
    ...whatOf(stream.track),
    ...fenceOf(session),
  } as const
  return { playback, up_next }
}

/** What plays next, as it is now. */
export function upNextNow(session: Session): UpNext {
  return { type: 'up_next', revision: session.upNextRevision, tracks: [...session.upNext] }
}
