/** Owns made-up events as the records in which the gateway would have said them. */

import { createHash } from 'node:crypto'
import { isIpv6, networkOfAddress } from '../../../protocol/address-key.ts'
import { ADDRESS_EPOCH_MS } from '../../../protocol/events/network.ts'
import type { PlaybackRecord } from '../../../protocol/events/playback-record.ts'
import { uuidv7 } from '../../../protocol/ids.ts'
import type { PlayEvent } from '../detector/play-event.ts'

const ID = uuidv7(0)

export function recordOf({
  atMs,
  account,
  plan,
  device,
  kind,
  ip,
  asn,
  country,
  place,
  event,
}: PlayEvent): PlaybackRecord {
  const epoch = Math.floor(atMs / ADDRESS_EPOCH_MS)
  const hash = createHash('sha256')
    .update(`${epoch} ${networkOfAddress(ip)}`)
    .digest('hex')
  const shared = {
    v: 1 as const,
    account_id: account,
    session_id: ID,
    device_id: device,
    device_kind: kind,
    plan,
    country,
    network: {
      epoch,
      address_hash: hash.slice(0, 32),
      family: isIpv6(ip) ? (6 as const) : (4 as const),
      asn: asn ?? null,
      place: place === undefined ? null : { country, ...place },
    },
  }
  const playing = {
    stream_id: ID,
    track_id: ID,
    isrc: 'ZZSEG2600001',
    artist_id: ID,
    started_at_ms: atMs,
    reason_start: 'pick' as const,
  }
  if (event === 'play_start') return { type: 'stream-started', ...shared, ...playing }
  if (event === 'play_end') {
    const heard = { ms_played: 0, ms_claimed: 0, ms_granted: 0, position_ms: 0, flags: [] }
    return { type: 'stream-ended', ...shared, ...playing, ended_at_ms: atMs, reason_end: 'completed', ...heard }
  }
  const seen = { id: ID, seq: 1, kind: 'position' as const, at_ms: atMs, stream_id: ID, position_ms: 0 }
  return { type: 'telemetry', ...shared, received_at_ms: atMs, events: [seen] }
}
