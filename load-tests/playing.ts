/** Owns what a player without ears knows of the stream that it plays: its playhead, and what it holds ahead of it. */

import type { AdInfo, TrackInfo } from '../protocol/client/index.ts'

export interface Playing {
  /** A track, or an advertisement in the place of one. */
  readonly track: TrackInfo | AdInfo
  streamId: string
  positionMs: number
  moving: boolean
  /** Held. */
  readonly chunks: Set<number>
  /** Granted to this stream, which is what makes them count. */
  granted: Set<number>
  readonly wanted: Set<number>
  beganAtMs: number
  started: boolean
  reportedMs: number
  /** When the playhead jumped last; until it moves again, waiting for audio is no stall. */
  jumpedAtMs: number
  excused: boolean
  /** Since when it stands still for want of audio, without excuse. */
  standsSinceMs: number | undefined
  /** It ran out of audio since what was reported last. */
  starved: boolean
  /** The end was reached, and the gateway told. */
  ended: boolean
}

export function newPlaying(streamId: string, track: Playing['track'], positionMs: number, moving: boolean): Playing {
  return {
    track,
    streamId,
    positionMs,
    moving,
    chunks: new Set(),
    granted: new Set(),
    wanted: new Set(),
    beganAtMs: Date.now(),
    started: false,
    reportedMs: positionMs,
    jumpedAtMs: Date.now(),
    excused: true,
    standsSinceMs: undefined,
    starved: false,
    ended: false,
  }
}

/** Where the buffer ends that begins at the playhead. */
export function reachMs({ track, positionMs, chunks }: Playing): number {
  const { chunk_ms, duration_ms } = track
  let chunk = Math.floor(positionMs / chunk_ms)
  while (chunks.has(chunk)) chunk += 1
  const reach = chunk * chunk_ms
  return reach <= positionMs ? positionMs : Math.min(reach, duration_ms)
}

export const audioIdOf = (track: Playing['track']): string =>
  'creative_id' in track ? track.creative_id : track.track_id
