/** Owns what a session says: the answer to each request, numbered, and complaints about what is not one. */

import type { ErrorName } from '../protocol/errors.ts'
import type { ErrorMessage } from '../protocol/messages/error.ts'
import type { Playback } from '../protocol/messages/playback.ts'
import { type Ad, isAd } from './ad.ts'
import { type Effect, SAVE } from './effect.ts'
import { number, refusal } from './numbered.ts'
import type { Session } from './session.ts'
import type { Stream } from './stream.ts'
import type { Track } from './track.ts'

export function say(session: Session, message: Parameters<typeof number>[1]): Effect {
  const { message: numbered, frame } = number(session.sayings, message)
  return { kind: 'say', message: numbered, frame }
}

export function said(
  session: Session,
  re: number | undefined,
  status: Playback['status'],
  stream: Stream,
  nowMs: number,
  track?: Track | Ad,
): Omit<Playback, 'seq'> {
  return {
    type: 'playback',
    ...(re === undefined ? {} : { re }),
    status,
    stream_id: stream.streamId,
    position_ms: stream.listening.anchorMs,
    at_ms: nowMs,
    ...(track === undefined ? {} : whatOf(track)),
    ...(status === 'stopped' ? {} : fenceOf(session)),
  }
}

export function whatOf(plays: Track | Ad): { track: Track } | { ad: Ad } {
  return isAd(plays) ? { ad: plays } : { track: plays }
}

export function fenceOf(session: Session): { fence?: number } {
  return session.lease === undefined ? {} : { fence: session.lease.fence }
}

/** The answer to a request that has done its work elsewhere. */
export function done(session: Session, re: number): readonly Effect[] {
  return [say(session, { type: 'done', re }), SAVE]
}

/** The answer to request `re`: it could not be done. Also for what the gateway found out before the core was asked. */
export function refuse(
  session: Session,
  re: number,
  error: ErrorName,
  message: string,
  details: Partial<Pick<ErrorMessage, 'conflicts' | 'retry_after_ms'>> = {},
): readonly Effect[] {
  return [say(session, { ...refusal(re, error, message), ...details }), SAVE]
}

export function complain(error: ErrorName, message: string): readonly Effect[] {
  return [{ kind: 'refuse', error, message }]
}
