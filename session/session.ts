/** Owns the session: a union of states, and what every step does with it: evidence, the end of its stream, its lease. No clock, no I/O. */

import { COUNTABLE_MS, type ReasonEnd } from '../protocol/vocabulary.ts'
import { hear, isAd, isHeard } from './ad.ts'
import { type Effect, SHOW } from './effect.ts'
import type { Identity } from './identity.ts'
import { NO_TRACKS, withLatest } from './latest-tracks.ts'
import type { Lease } from './lease.ts'
import { evidence, msPlayed } from './listening.ts'
import { newSayings, type Sayings } from './numbered.ts'
import { endedRecord, type Stream } from './stream.ts'
import type { UpNextTrack } from './up-next.ts'

export type State =
  | { readonly at: 'idle' }
  | { readonly at: 'playing'; readonly stream: Stream }
  | { readonly at: 'paused'; readonly stream: Stream }

/** What the other devices of the account are told of this one, beside its id and kind. */
export interface DeviceFacts {
  readonly name: string
  /** Of a duo or family plan; '' for the holder of the account. */
  readonly member: string
  /** '' when it is not known. */
  readonly place: string
}

export interface SinceAd {
  readonly ms: number
  /** Those that were heard for long enough to be counted. */
  readonly tracks: number
}
export const NO_MUSIC: SinceAd = Object.freeze({ ms: 0, tracks: 0 })

export interface Session {
  who: Identity
  device: DeviceFacts
  volumePercent: number | undefined
  /** While it plays. */
  lease: Lease | undefined
  /** Of the lease it had last, which others may name. */
  lastFence: number
  /** Requests by this fence and older ones are of a holder that was stopped, or about what a transfer has replaced. */
  staleFence: number
  state: State
  upNext: readonly UpNextTrack[]
  /** Rises by one with every change of `upNext`. */
  upNextRevision: number
  /** Tracks begun in this session, the latest last, so that nothing is suggested twice. */
  played: ReadonlySet<string>
  /** Of these, those that were left soon: they say nothing for what is like them. */
  skipped: ReadonlySet<string>
  /** Tracks that the listener does not want to be suggested. */
  dismissed: ReadonlySet<string>
  /** The stream that ended last. */
  endedStreamId: string
  /** What of music was heard since an advertisement was. */
  sinceAd: SinceAd
  readonly sayings: Sayings
}

/** Shared, as `IDLE` is. */
export const NOTHING_NEXT: readonly UpNextTrack[] = Object.freeze([])

export const IDLE: State = Object.freeze({ at: 'idle' })

export function newSession(who: Identity, device: DeviceFacts): Session {
  return {
    who,
    device,
    volumePercent: undefined,
    lease: undefined,
    lastFence: 0,
    staleFence: 0,
    state: IDLE,
    upNext: NOTHING_NEXT,
    upNextRevision: 0,
    played: NO_TRACKS,
    skipped: NO_TRACKS,
    dismissed: NO_TRACKS,
    endedStreamId: '',
    sinceAd: NO_MUSIC,
    sayings: newSayings(),
  }
}

/** What a fresh token says of the listener now. */
export interface Claims extends Pick<Identity, 'plan' | 'country'>, Pick<DeviceFacts, 'member'> {}

/** The listener may have another plan since the session began: its limits hold from the next grant on. */
export function renewClaims(session: Session, { plan, country, member }: Claims): void {
  session.who = { ...session.who, plan, country }
  session.device = { ...session.device, member }
}

/** The record by which the reaper would end the open stream, or undefined when none is open. */
export function lastWill(session: Session) {
  return session.state.at === 'idle'
    ? undefined
    : endedRecord(session.who, session.state.stream, 'lost', session.lastFence)
}

/** A playhead rests a few samples past the end of its track: that is the end, not a false claim. */
export function note(session: Session, stream: Stream, positionMs: number, nowMs: number): void {
  const { listening, audible } = stream
  const position = Math.min(positionMs, stream.track.duration_ms)
  const { claimedMs, elapsedMs, grantedMs } = listening
  evidence(listening, stream.ledger, stream.track.chunk_ms, position, nowMs)
  if (audible === undefined || !listening.moving) return
  const grown = {
    claimedMs: listening.claimedMs - claimedMs,
    elapsedMs: listening.elapsedMs - elapsedMs,
    grantedMs: listening.grantedMs - grantedMs,
  }
  hear(audible, grown, session.volumePercent === 0)
}

export function endOpen(
  session: Session,
  reason: ReasonEnd,
  positionMs: number | undefined,
  nowMs: number,
  effects: Effect[],
): void {
  if (session.state.at === 'idle') return
  const { stream } = session.state
  // Without word of the client the last evidence stands; nothing is heard on trust.
  const skipped = skipOf(session, reason, positionMs, nowMs)
  if (skipped !== undefined) session.skipped = withLatest(session.skipped, skipped)
  pace(session, stream)
  effects.push({ kind: 'record', record: endedRecord(session.who, stream, reason, session.lastFence) })
  session.endedStreamId = stream.streamId
  session.state = IDLE
}

/** The track that is skipped if the open stream ends now, for `reason` and with its playhead at `positionMs`. */
export function skipOf(
  session: Session,
  reason: ReasonEnd,
  positionMs: number | undefined,
  nowMs: number,
): string | undefined {
  if (session.state.at === 'idle') return undefined
  const { stream } = session.state
  // Evidence of the same place and time that comes again claims nothing.
  if (positionMs !== undefined) note(session, stream, positionMs, nowMs)
  if (isAd(stream.track) || reason !== 'next') return undefined
  return msPlayed(stream.listening) < COUNTABLE_MS ? stream.track.track_id : undefined
}

/** One that was not heard is still due. */
function pace(session: Session, stream: Stream): void {
  if (!isAd(stream.track)) session.sinceAd = withMusic(session.sinceAd, stream)
  else if (isHeard(stream)) session.sinceAd = NO_MUSIC
}

/** As `sinceAd`, with what is open now as if it ended with its playhead at `positionMs`. */
export function musicSinceAd(session: Session, positionMs: number | undefined, nowMs: number): SinceAd {
  const { state, sinceAd } = session
  if (state.at === 'idle' || isAd(state.stream.track)) return sinceAd
  // Evidence of the same place and time that comes again claims nothing.
  if (positionMs !== undefined) note(session, state.stream, positionMs, nowMs)
  return withMusic(sinceAd, state.stream)
}

function withMusic({ ms, tracks }: SinceAd, { listening }: Stream): SinceAd {
  const playedMs = msPlayed(listening)
  return { ms: ms + playedMs, tracks: tracks + (playedMs >= COUNTABLE_MS ? 1 : 0) }
}

/** It plays no more: its lease goes back. */
export function freed(session: Session): Effect {
  const fence = session.lease?.fence ?? 0
  session.lease = undefined
  return fence === 0 ? SHOW : { kind: 'show', freed: fence }
}
