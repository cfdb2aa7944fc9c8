/** Owns a session that plays, for the tests of the core: in each of its states, with each of its inputs. */

import type { StreamEnded } from '../../protocol/events/playback-record.ts'
import { GRANT_POLICY } from '../chunk-window.ts'
import type { Effect } from '../effect.ts'
import { aTrack, DEVICE, LISTENER, STREAM_ID } from '../fixtures.ts'
import { giveLease } from '../leasing.ts'
import { begin, credit, heartbeat, pause, resume, seek, stop } from '../requests.ts'
import { newSession, type Session } from '../session.ts'

export const T0 = 1_800_000_000_000
export const FENCE = 7
export const LEASE = { fence: FENCE, untilMs: T0 + 3_600_000 }

export function started(positionMs = 0): Session {
  const session = newSession(LISTENER, DEVICE)
  giveLease(session, { ...LEASE })
  beginAt(session, positionMs, T0)
  return session
}

export function beginAt(
  session: Session,
  positionMs: number,
  nowMs: number,
  endPositionMs?: number,
): readonly Effect[] {
  return begin(
    session,
    {
      re: 1,
      streamId: STREAM_ID,
      track: aTrack(),
      positionMs,
      reason: 'pick',
      upNext: [],
      endReason: 'pick',
      endPositionMs,
      endStreamId: STREAM_ID,
    },
    nowMs,
  )
}

export const want = (nextChunk: number, chunks: number, bitrate: 96 | 160 | 320 = 160) =>
  ({ type: 'credit', stream_id: STREAM_ID, bitrate_kbps: bitrate, next_chunk: nextChunk, chunks }) as const

export const beat = (positionMs: number) =>
  ({ type: 'heartbeat', sent_at_ms: 0, stream_id: STREAM_ID, position_ms: positionMs, buffer_ms: 0 }) as const

export const stopAt = (positionMs: number, id: number) =>
  ({ type: 'stop', id, stream_id: STREAM_ID, position_ms: positionMs, reason: 'stopped' }) as const

export const kinds = (effects: readonly Effect[]) =>
  effects.map((effect) => {
    if (effect.kind === 'refuse') return `refuse ${effect.error}`
    if (effect.kind !== 'say') return effect.kind
    return effect.message.type === 'error' ? `refuse ${effect.message.name}` : effect.message.type
  })

export const chunksOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.kind === 'grant' ? [...effect.grant.chunks] : []))

export const ended = (effects: readonly Effect[]): StreamEnded => {
  for (const effect of effects) {
    if (effect.kind === 'record' && effect.record.type === 'stream-ended') return effect.record
  }
  throw new Error('no stream ended')
}

export type Input = 'begin' | 'resume' | 'pause' | 'seek' | 'credit' | 'heartbeat' | 'stop'
export type At = Session['state']['at']

export const INPUTS: Record<Input, (session: Session) => readonly Effect[]> = {
  begin: (session) => beginAt(session, 0, T0 + 1_000),
  resume: (session) => resume(session, { id: 2, stream_id: STREAM_ID }, T0 + 1_000, GRANT_POLICY),
  pause: (session) => pause(session, { type: 'pause', id: 2, stream_id: STREAM_ID, position_ms: 1_000 }, T0 + 1_000),
  seek: (session) =>
    seek(session, { type: 'seek', id: 2, stream_id: STREAM_ID, from_ms: 1_000, position_ms: 30_000 }, T0 + 1_000),
  credit: (session) => credit(session, want(0, 2), T0 + 1_000, GRANT_POLICY),
  heartbeat: (session) => heartbeat(session, beat(1_000), T0 + 1_000, GRANT_POLICY),
  stop: (session) => stop(session, stopAt(1_000, 2), T0 + 1_000),
}

export const STATES: Record<At, () => Session> = {
  idle: () => newSession(LISTENER, DEVICE),
  playing: () => started(),
  paused: () => {
    const session = started()
    pause(session, { type: 'pause', id: 1, stream_id: STREAM_ID, position_ms: 0 }, T0)
    return session
  },
}
