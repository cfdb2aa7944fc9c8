/** Owns what the other devices of an account are shown of a session. */

import type { DeviceStatus } from '../protocol/messages/devices.ts'
import { isAd } from '../session/ad.ts'
import type { Session } from '../session/session.ts'
import type { Track } from '../session/track.ts'

export function statusOf(session: Session, nowMs: number): DeviceStatus {
  const volume = session.volumePercent === undefined ? {} : { volume_percent: session.volumePercent }
  if (session.state.at === 'idle') return { status: 'stopped', position_ms: 0, at_ms: nowMs, ...volume }
  const { streamId, track, listening } = session.state.stream
  return {
    status: session.state.at,
    stream_id: streamId,
    position_ms: Math.round(Math.min(listening.anchorMs, track.duration_ms)),
    at_ms: Math.round(listening.anchorAtMs),
    ...(isAd(track) ? {} : shownOf(track)),
    ...volume,
  }
}

function shownOf({ track_id, title, artist, duration_ms }: Track): Pick<DeviceStatus, 'track'> {
  return { track: { track_id, title, artist, duration_ms } }
}

/** A position that is off by less is not worth a message to every device. */
const DRIFT_MS = 2_000

/** Whether who goes by `shown` would be wrong about the session by now. Hot path: asked with every heartbeat. */
export function isOutdated(shown: DeviceStatus, session: Session): boolean {
  const { state } = session
  if (session.volumePercent !== shown.volume_percent) return true
  if (state.at === 'idle') return shown.status !== 'stopped'
  if (state.at !== shown.status) return true
  const { track, listening } = state.stream
  const elapsedMs = state.at === 'playing' ? listening.anchorAtMs - shown.at_ms : 0
  return Math.abs(shown.position_ms + elapsedMs - Math.min(listening.anchorMs, track.duration_ms)) > DRIFT_MS
}
