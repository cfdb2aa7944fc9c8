/** Owns what is asked of a session: for each request, credit and heartbeat of the client the next state and the effects. */

import type { Credit } from '../protocol/messages/credit.ts'
import type { Heartbeat } from '../protocol/messages/heartbeat.ts'
import type { Next } from '../protocol/messages/next.ts'
import type { Pause } from '../protocol/messages/pause.ts'
import type { Play } from '../protocol/messages/play.ts'
import type { Seek } from '../protocol/messages/seek.ts'
import type { Stop } from '../protocol/messages/stop.ts'
import type { ReasonEnd, ReasonStart } from '../protocol/vocabulary.ts'
import { type Ad, isAd, mayLeave } from './ad.ts'
import { complain, refuse, said, say } from './answers.ts'
import { dueGrant, type GrantPolicy } from './chunk-window.ts'
import { type Effect, NONE, SAVE, SAVE_ONLY, SHOW, SUGGEST } from './effect.ts'
import { withLatest } from './latest-tracks.ts'
import { jump, playheadMs } from './listening.ts'
import { endOpen, freed, NO_MUSIC, note, type Session, type State } from './session.ts'
import { openStream, type Stream, startedRecord, withheldRecord } from './stream.ts'
import { renditionOf, type Track } from './track.ts'
import type { UpNextTrack } from './up-next.ts'

/** A new stream to begin, its track or advertisement already looked up. */
export interface Begin {
  /** Undefined: another device asked for it. */
  readonly re: number | undefined
  readonly streamId: string
  readonly track: Track | Ad
  readonly positionMs: number
  readonly reason: ReasonStart
  readonly upNext: readonly UpNextTrack[]
  /** How the stream that is open until now ends, and where its playhead was when the client said so. */
  readonly endReason: ReasonEnd
  readonly endPositionMs: number | undefined
  /** The stream that this is of. */
  readonly endStreamId: string | undefined
  /** Advertisements that would have played first, were the listener not of their control groups. */
  readonly withheld?: readonly Ad[]
}

/** `play` without a track. */
export type GoOn = Pick<Play, 'id' | 'stream_id'>

const naming = (session: Session, { id: re, stream_id: streamId }: Pause | Seek | Next | Stop) => ({
  session,
  re,
  streamId,
})

/** What a request does that names its stream, and that stream is open; else it is refused (P8). */
function ofStream(
  { session, re, streamId }: { session: Session; re: number; streamId: string | undefined },
  work: (open: Exclude<State, { at: 'idle' }>) => readonly Effect[],
): readonly Effect[] {
  const { state } = session
  if (state.at === 'idle') return refuse(session, re, 'no_stream', 'nothing plays')
  if (streamId !== state.stream.streamId) {
    return refuse(session, re, 'wrong_stream', `name the open stream, which is ${state.stream.streamId}`)
  }
  return work(state)
}

/** `play` with a track, or `next`: ends the open stream and begins another. */
export function begin(session: Session, start: Begin, nowMs: number): readonly Effect[] {
  if (start.positionMs >= start.track.duration_ms) {
    if (start.re === undefined) return NONE
    return refuse(session, start.re, 'out_of_track', `the track ends at ${start.track.duration_ms} ms`)
  }
  const effects: Effect[] = []
  endOpen(session, start.endReason, endPositionOf(session, start), nowMs, effects)
  withhold(session, start, nowMs, effects)
  const stream = openStream(start.streamId, start.track, start.positionMs, start.reason, nowMs)
  session.state = { at: 'playing', stream }
  // What its client asked before it knew was about what played here until now.
  if (start.re === undefined) session.staleFence = Math.max(session.staleFence, (session.lease?.fence ?? 0) - 1)
  if (!isAd(start.track)) session.played = withLatest(session.played, start.track.track_id)
  session.upNext = start.upNext
  session.upNextRevision += 1
  effects.push(
    { kind: 'record', record: startedRecord(session.who, stream, session.lastFence) },
    say(session, said(session, start.re, 'playing', stream, nowMs, start.track)),
    SUGGEST,
    SHOW,
    SAVE,
  )
  return effects
}

/** Who hears nothing of a campaign waits for the next advertisement as long as who hears it. */
function withhold(session: Session, { track, withheld = [] }: Begin, nowMs: number, effects: Effect[]): void {
  for (const ad of withheld)
    effects.push({ kind: 'record', record: withheldRecord(session.who, ad, session.lastFence, nowMs) })
  if (withheld.length > 0 && !isAd(track)) session.sinceAd = NO_MUSIC
}

/** Who has missed that another stream came to it tells of the one before. */
export function endPositionOf(
  { state }: Session,
  { endPositionMs, endStreamId }: Pick<Begin, 'endPositionMs' | 'endStreamId'>,
): number | undefined {
  return state.at !== 'idle' && endStreamId === state.stream.streamId ? endPositionMs : undefined
}

/** The answer to whoever would leave an advertisement, or move in it. */
export function refuseInAd(session: Session, re: number): readonly Effect[] {
  return refuse(session, re, 'ad_plays', 'an advertisement plays; the music goes on after it')
}

/** Why `next` cannot be done now; undefined: nothing is in its way. */
export function refuseNext(session: Session, message: Next, nowMs: number): readonly Effect[] | undefined {
  const effects = ofStream(naming(session, message), () =>
    mayLeave(session, message.reason, nowMs) ? NONE : refuseInAd(session, message.id),
  )
  return effects === NONE ? undefined : effects
}

/** `play` without a track: the paused stream goes on. */
export function resume(session: Session, request: GoOn, nowMs: number, policy: GrantPolicy): readonly Effect[] {
  const { id: re, stream_id: streamId } = request
  if (session.state.at !== 'paused') return refuse(session, re, 'not_paused', 'nothing is paused; name a track_id')
  return ofStream({ session, re, streamId }, ({ stream }) => {
    stream.listening.moving = true
    stream.listening.anchorAtMs = nowMs
    session.state = { at: 'playing', stream }
    const effects: Effect[] = [say(session, said(session, re, 'playing', stream, nowMs)), SHOW]
    pushDueGrant(session, stream, nowMs, policy, effects)
    // Last: a grant is sent when the save that holds it is done.
    effects.push(SAVE)
    return effects
  })
}

export function pause(session: Session, message: Pause, nowMs: number): readonly Effect[] {
  return ofStream(naming(session, message), ({ stream }) => {
    note(session, stream, message.position_ms, nowMs)
    stream.listening.moving = false
    if (stream.audible !== undefined) stream.audible.runMs = 0
    session.state = { at: 'paused', stream }
    return [say(session, said(session, message.id, 'paused', stream, nowMs)), freed(session), SAVE]
  })
}

export function seek(session: Session, message: Seek, nowMs: number): readonly Effect[] {
  return ofStream(naming(session, message), ({ at, stream }) => {
    if (isAd(stream.track)) return refuseInAd(session, message.id)
    if (message.position_ms > stream.track.duration_ms) return refuse(session, message.id, 'out_of_track', ends(stream))
    note(session, stream, message.from_ms, nowMs)
    jump(stream.listening, message.position_ms)
    // The window was for the old place.
    stream.window = undefined
    return [say(session, said(session, message.id, at, stream, nowMs)), SHOW, SAVE]
  })
}

/** `stop`, or `next` with nothing left. */
export function stop(session: Session, message: Stop | Next, nowMs: number): readonly Effect[] {
  return ofStream(naming(session, message), ({ stream }) => {
    const { id, reason, position_ms } = message
    const effects: Effect[] = []
    endOpen(session, reason, position_ms, nowMs, effects)
    effects.push(say(session, { ...said(session, id, 'stopped', stream, nowMs), reason }), freed(session), SAVE)
    return effects
  })
}

/** The client has left: nobody is there to be told. */
export function signOut(session: Session, nowMs: number): readonly Effect[] {
  if (session.state.at === 'idle') return NONE
  const effects: Effect[] = []
  endOpen(session, 'signed-out', undefined, nowMs, effects)
  effects.push(freed(session), SAVE)
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
  pushDueGrant(session, stream, nowMs, policy, effects)
  if (effects.length === 0) return NONE
  // What was signed for must count, whichever gateway goes on with this.
  effects.push(SAVE)
  return effects
}

/** Evidence of listening, renewal of the snapshot, and of addresses that would expire unused. */
export function heartbeat(session: Session, message: Heartbeat, nowMs: number, policy: GrantPolicy): readonly Effect[] {
  const { state } = session
  if (message.volume_percent !== undefined) session.volumePercent = message.volume_percent
  // A session that is heard of waits anew for its resume, whatever it plays.
  if (state.at === 'idle') return SAVE_ONLY
  const { stream } = state
  // A heartbeat about a stream that has just ended is late, not wrong; it is evidence of nothing.
  if (message.stream_id !== stream.streamId || message.position_ms === undefined) return SAVE_ONLY
  note(session, stream, message.position_ms, nowMs)
  if (state.at === 'paused') return SAVE_ONLY
  const effects: Effect[] = []
  pushDueGrant(session, stream, nowMs, policy, effects)
  if (effects.length === 0) return SAVE_ONLY
  effects.push(SAVE)
  return effects
}

function pushDueGrant(session: Session, stream: Stream, nowMs: number, policy: GrantPolicy, effects: Effect[]): void {
  // By a lease that has run out nothing is granted: somebody else may play by now.
  if (stream.window === undefined || session.lease === undefined || nowMs >= session.lease.untilMs) return
  const rendition = renditionOf(stream.track, stream.window.bitrate)
  if (rendition === undefined) return
  const playhead = Math.floor(playheadMs(stream.listening, nowMs) / stream.track.chunk_ms)
  const grant = dueGrant(stream.ledger, stream.window, rendition.chunk_count, playhead, nowMs, policy)
  if (grant !== undefined) effects.push({ kind: 'grant', streamId: stream.streamId, track: stream.track, grant })
}

function ends(stream: Stream): string {
  return `the track ends at ${stream.track.duration_ms} ms`
}
