/** Owns a player of tests that plays a track from its beginning, and beats. */

import { randomUUID } from 'node:crypto'
import type { KeyServer } from '../../infra/issuer/key-server.ts'
import type { Playback } from '../../protocol/messages/playback.ts'
import { RawPlayer } from './raw-player.ts'

export interface LivePlayer {
  readonly socket: RawPlayer
  readonly ticket: string
  readonly playback: Playback
  leave(): void
}

export interface LivePlayerOptions {
  readonly keys: KeyServer
  readonly trackId: string
  readonly heartbeatMs: number
}

export async function playLive(url: string, { keys, trackId, heartbeatMs }: LivePlayerOptions): Promise<LivePlayer> {
  const socket = RawPlayer.connect(url)
  await socket.hears('hello')
  // Each has an account of its own: a plan pays for one stream.
  const token = await keys.token({ claims: { sub: `acct-${randomUUID()}` } })
  socket.says({ type: 'authenticate', token, device: { id: 'd', name: 'n', kind: 'web' } })
  const { ticket } = await socket.hears('ready')
  socket.says({ type: 'play', id: 1, track_id: trackId })
  const playback = await socket.hears('playback')
  const beganMs = Date.now()
  const beat = () =>
    socket.says({
      type: 'heartbeat',
      sent_at_ms: Date.now(),
      stream_id: playback.stream_id ?? '',
      position_ms: Date.now() - beganMs,
    })
  beat()
  const timer = setInterval(beat, heartbeatMs)
  return {
    socket,
    ticket,
    playback,
    leave() {
      clearInterval(timer)
      socket.hangUp()
    },
  }
}
