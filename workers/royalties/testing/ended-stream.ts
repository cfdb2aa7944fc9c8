/** Owns the end of a stream of a closing world as the worker makes it of a record of Kafka. */

import type { RoyaltyStream } from '../royalty-stream.ts'
import type { WorldStream } from './close-world.ts'

export const endOf = (stream: WorldStream, msPlayed: number, flags: readonly string[] = []): RoyaltyStream => ({
  stream_id: stream.id,
  listener_id: stream.account,
  track_id: stream.track,
  isrc: stream.isrc,
  artist_id: stream.artist,
  started_at: stream.startedAt.toISOString(),
  reason_start: stream.reasonStart,
  ended_at: new Date(stream.startedAt.getTime() + msPlayed + 1_000).toISOString(),
  ms_played: msPlayed,
  territory: stream.territory,
  tier: stream.tier,
  session_id: stream.id,
  device_id: 'device',
  reason_end: 'completed',
  flags,
})
