/** Owns the session: a union of states, and for each message of the client the next state and the effects. No clock, no I/O. */

import type { ErrorName } from '../protocol/errors.ts'
import type { Credit } from '../protocol/messages/credit.ts'
import type { Heartbeat } from '../protocol/messages/heartbeat.ts'
import type { Pause } from '../protocol/messages/pause.ts'
import type { Playback } from '../protocol/messages/playback.ts'
import type { Resumed } from '../protocol/messages/resumed.ts'
import type { Seek } from '../protocol/messages/seek.ts'
import type { ReasonEnd, ReasonStart } from '../protocol/vocabulary.ts'
import { dueGrant, type GrantPolicy } from './chunk-window.ts'
import { type Effect, NONE } from './effect.ts'
import type { Identity } from './identity.ts'
import { evidence, jump, playheadMs } from './listening.ts'
import { missedSince, type Numbered, newSayings, number, refusal, type Sayings } from './numbered.ts'
import { endedRecord, openStream, type Stream, startedRecord } from './stream.ts'
import { renditionOf, type Track } from './track.ts'
import type { UpNextTrack } from './up-next.ts'

export type State =
  | { readonly at: 'idle' }
  | { readonly at: 'playing'; readonly stream: Stream }
  | { readonly at: 'paused'; readonly stream: Stream }

export interface Session {
  readonly who: Identity
  state: State
  upNext: readonly UpNextTrack[]
  /** Tracks begun in this session, so that nothing is suggested twice. */
  readonly played: Set<string>
  /** The stream that ended last. */
  endedStreamId: string
  readonly sayings: Sayings
}

const IDLE: State = Object.freeze({ at: 'idle' })

export function newSession(who: Identity): Session {
  return { who, state: IDLE, upNext: [], played: new Set(), endedStreamId: '', sayings: newSayings() }
}

/** A new stream to begin, its track already looked up. */
export interface Begin {
  readonly re: number
  readonly streamId: string
  readonly track: Track
  readonly positionMs: number
  readonly reason: ReasonStart
  readonly upNext: readonly UpNextTrack[]
  /** How the stream that is open until now ends, and where its playhead was when the client said so. */
  readonly endReason: ReasonEnd
  readonly endPositionMs: number | undefined
}

/** `play` with a track, or `next`: ends the open stream and begins another. */
export function begin(session: Session, start: Begin, nowMs: number): readonly Effect[] {
  if (start.positionMs >= start.track.duration_ms) {
    return refuse(session, start.re, 'out_of_track', `the track ends at ${start.track.duration_ms} ms`)
  }
  const effects: Effect[] = []
  endOpen(session, start.endReason, start.endPositionMs, nowMs, effects)
  const stream = openStream(start.streamId, start.track, start.positionMs, start.reason, nowMs)
  session.state = { at: 'playing', stream }
  session.played.add(start.track.track_id)
  session.upNext = start.upNext
  effects.push(
    { kind: 'record', record: startedRecord(session.who, stream) },
    say(session, said(start.re, 'playing', stream, nowMs, start.track)),
    say(session, { type: 'up_next', tracks: [...start.upNext] }),
    SAVE,
  )
  return effects
}

/** `play` without a track: the paused stream goes on. */
export function resume(session: Session, re: number, nowMs: number, policy: GrantPolicy): readonly Effect[] {
  if (session.state.at !== 'paused') return refuse(session, re, 'not_paused', 'nothing is paused; name a track_id')
  const { stream } = session.state
  stream.listening.moving = true
  stream.listening.anchorAtMs = nowMs
  session.state = { at: 'playing', stream }
  const effects: Effect[] = [say(session, said(re, 'playing', stream, nowMs)), SAVE]
  pushDueGrant(stream, nowMs, policy, effects)
  return effects
}

export function pause(session: Session, message: Pause, nowMs: number): readonly Effect[] {
  if (session.state.at === 'idle') return refuse(session, message.id, 'no_stream', 'nothing plays')
  const { stream } = session.state
  note(stream, message.position_ms, nowMs)
  stream.listening.moving = false
  session.state = { at: 'paused', stream }
  return [say(session, said(message.id, 'paused', stream, nowMs)), SAVE]
}

export function seek(session: Session, message: Seek, nowMs: number): readonly Effect[] {
  if (session.state.at === 'idle') return refuse(session, message.id, 'no_stream', 'nothing plays')
  const { at, stream } = session.state
  if (message.position_ms > stream.track.duration_ms) return refuse(session, message.id, 'out_of_track', ends(stream))
  note(stream, message.from_ms, nowMs)
  jump(stream.listening, message.position_ms)
  // The window was for the old place.
  stream.window = undefined
  return [say(session, said(message.id, at, stream, nowMs)), SAVE]
}

/** `stop`, or the end of the socket (`re` undefined: nobody is there to be told). */
export function stop(
  session: Session,
  re: number | undefined,
  reason: ReasonEnd,
  positionMs: number | undefined,
  nowMs: number,
): readonly Effect[] {
  if (session.state.at === 'idle') return re === undefined ? NONE : refuse(session, re, 'no_stream', 'nothing plays')
  const { stream } = session.state
  const effects: Effect[] = []
  endOpen(session, reason, positionMs, nowMs, effects)
  if (re !== undefined) effects.push(say(session, { ...said(re, 'stopped', stream, nowMs), reason }))
  effects.push(SAVE)
  return effects
}

/** The client's window of chunks; grants what is due of it while the stream plays. */
export function credit(session: Session, message: Credit, nowMs: number, policy: GrantPolicy): readonly Effect[] {
  // Credit for a stream that has just ended is late, not wrong.
  if (message.stream_id === session.endedStreamId) return NONE
  if (session.state.at === 'idle') return complain('no_stream', 'credit needs an open stream')
  const { at, stream } = session.state
  if (message.stream_id !== stream.streamId) return complain('wrong_stream', `the open stream is ${stream.streamId}`)
  const rendition = renditionOf(stream.track, message.bitrate_kbps)
  if (rendition === undefined) return complain('unknown_rendition', `no ${message.bitrate_kbps} kbps of this track`)
  if (message.next_chunk > rendition.chunk_count) return complain('out_of_track', ends(stream))
  stream.window = { bitrate: message.bitrate_kbps, nextChunk: message.next_chunk, chunks: message.chunks }
  if (at === 'paused') return NONE
  const effects: Effect[] = []
  pushDueGrant(stream, nowMs, policy, effects)
  if (effects.length === 0) return NONE
  // What was signed for must count, whichever gateway goes on with this.
  effects.push(SAVE)
  return effects
}

/** Evidence of listening, renewal of the snapshot, and of addresses that would expire unused. */
export function heartbeat(session: Session, message: Heartbeat, nowMs: number, policy: GrantPolicy): readonly Effect[] {
  const { state } = session
  if (state.at === 'idle') return NONE
  const { stream } = state
  // A heartbeat about a stream that has just ended is late, not wrong; it is evidence of nothing.
  if (message.stream_id !== stream.streamId || message.position_ms === undefined) return SAVE_ONLY
  note(stream, message.position_ms, nowMs)
  if (state.at === 'paused') return SAVE_ONLY
  const effects: Effect[] = []
  pushDueGrant(stream, nowMs, policy, effects)
  if (effects.length === 0) return SAVE_ONLY
  effects.push(SAVE)
  return effects
}

/** What a resume is answered with. */
export interface Resumption {
  /** The messages that were missed; undefined when they are not known any more, and the state must be told instead. */
  readonly missed: readonly Numbered[] | undefined
  readonly effects: readonly Effect[]
}

/** The session goes on over another socket. `positionMs` is evidence of what was heard meanwhile. */
export function resumeSession(
  session: Session,
  lastSeq: number,
  positionMs: number | undefined,
  nowMs: number,
): Resumption {
  if (session.state.at !== 'idle' && positionMs !== undefined) note(session.state.stream, positionMs, nowMs)
  return { missed: missedSince(session.sayings, lastSeq), effects: SAVE_ONLY }
}

/** The stream was ended by another hand: it is over, and the client is told. Returns the message to send. */
export function forgetLost(session: Session, nowMs: number): readonly Effect[] {
  if (session.state.at === 'idle') return NONE
  const { stream } = session.state
  session.endedStreamId = stream.streamId
  session.state = IDLE
  const over = { type: 'playback', status: 'stopped', stream_id: stream.streamId, reason: 'lost' } as const
  return [say(session, { ...over, position_ms: stream.listening.anchorMs, at_ms: nowMs }), SAVE]
}

/** The state as it is, for a resume that could not be whole. */
export function stateNow(session: Session, nowMs: number): NonNullable<Resumed['state']> {
  const up_next = { type: 'up_next' as const, tracks: [...session.upNext] }
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
    track: stream.track,
  } as const
  return { playback, up_next }
}

/** The record by which the reaper would end the open stream, or undefined when none is open. */
export function lastWill(session: Session) {
  return session.state.at === 'idle' ? undefined : endedRecord(session.who, session.state.stream, 'lost')
}

const SAVE: Effect = Object.freeze({ kind: 'save' })
const SAVE_ONLY: readonly Effect[] = Object.freeze([SAVE])

function endOpen(
  session: Session,
  reason: ReasonEnd,
  positionMs: number | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  if (session.state.at === 'idle') return
  const { stream } = session.state
  // Without word of the client the last evidence stands; nothing is heard on trust.
  if (positionMs !== undefined) note(stream, positionMs, nowMs)
  effects.push({ kind: 'record', record: endedRecord(session.who, stream, reason) })
  session.endedStreamId = stream.streamId
  session.state = IDLE
}

function pushDueGrant(stream: Stream, nowMs: number, policy: GrantPolicy, effects: Effect[]): void {
  if (stream.window === undefined) return
  const rendition = renditionOf(stream.track, stream.window.bitrate)
  if (rendition === undefined) return
  const playhead = Math.floor(playheadMs(stream.listening, nowMs) / stream.track.chunk_ms)
  const grant = dueGrant(stream.ledger, stream.window, rendition.chunk_count, playhead, nowMs, policy)
  if (grant !== undefined) effects.push({ kind: 'grant', streamId: stream.streamId, track: stream.track, grant })
}

/** A playhead rests a few samples past the end of its track: that is the end, not a false claim. */
function note(stream: Stream, positionMs: number, nowMs: number): void {
  const position = Math.min(positionMs, stream.track.duration_ms)
  evidence(stream.listening, stream.ledger, stream.track.chunk_ms, position, nowMs)
}

function ends(stream: Stream): string {
  return `the track ends at ${stream.track.duration_ms} ms`
}

function say(session: Session, message: Parameters<typeof number>[1]): Effect {
  return { kind: 'say', message: number(session.sayings, message) }
}

/** The answer to request `re`: it could not be done. Also for what the gateway found out before the core was asked. */
export function refuse(session: Session, re: number, error: ErrorName, message: string): readonly Effect[] {
  return [say(session, refusal(re, error, message)), SAVE]
}

function complain(error: ErrorName, message: string): readonly Effect[] {
  return [{ kind: 'refuse', error, message }]
}

function said(
  re: number,
  status: Playback['status'],
  stream: Stream,
  nowMs: number,
  track?: Track,
): Omit<Playback, 'seq'> {
  return {
    type: 'playback',
    re,
    status,
    stream_id: stream.streamId,
    position_ms: stream.listening.anchorMs,
    at_ms: nowMs,
    ...(track === undefined ? {} : { track }),
  }
}
