/** Owns what a record of `playback.events` tells the detector. */

import type { Network } from '../../../protocol/events/network.ts'
import type { PlaybackRecord } from '../../../protocol/events/playback-record.ts'
import type { TelemetryKind } from '../../../protocol/vocabulary.ts'
import { cleanText } from '../../playback-record.ts'
import type { OfflinePlay, PlayEvent, PlayEventKind } from '../detector/play-event.ts'

/** What a player reports while music is heard. */
const HEARD: Readonly<Record<TelemetryKind, boolean>> = {
  started: true,
  position: true,
  paused: true,
  resumed: true,
  seeked: true,
  stalled: true,
  'bitrate-switched': true,
  skipped: true,
  completed: true,
  failed: false,
  'ad-clicked': true,
}

/** Reported later than this it was heard elsewhere, perhaps: the device is here now, and no more is known. */
const LATE_MS = 10 * 60_000
/** Days of the detector begin with an hour. */
const HOUR_MS = 3_600_000

/** Undefined: it says nothing of where somebody listens. */
export function playEventOf(record: PlaybackRecord): PlayEvent | undefined {
  const { network } = record
  if (network === undefined) return undefined
  switch (record.type) {
    case 'stream-started':
      return eventOf(record, network, record.started_at_ms, 'play_start')
    case 'stream-ended':
      return eventOf(record, network, record.ended_at_ms, 'play_end')
    case 'ad-served':
      return eventOf(record, network, record.served_at_ms, 'play_start')
    case 'ad-withheld':
      // What played in its place tells that.
      return undefined
    case 'ad-ended':
      return eventOf(record, network, record.ended_at_ms, 'play_end')
    case 'telemetry': {
      const { received_at_ms, events } = record
      let isHere = false
      let isNow = false
      for (const { kind, at_ms, stale, offline } of events) {
        if (offline) continue
        isHere = true
        isNow ||= HEARD[kind] && !stale && at_ms >= received_at_ms - LATE_MS
      }
      return isHere ? eventOf(record, network, received_at_ms, isNow ? 'heartbeat' : 'play_end') : undefined
    }
  }
}

/** One an hour in which the device played without a connection; where it tells of that is not where it was. */
export function offlinePlaysOf(record: PlaybackRecord): readonly OfflinePlay[] {
  if (record.type !== 'telemetry') return []
  const hours = new Set<number>()
  for (const { kind, at_ms, offline } of record.events) {
    if (offline && HEARD[kind]) hours.add(Math.floor(at_ms / HOUR_MS))
  }
  if (hours.size === 0) return []
  const who = whoOf(record)
  return [...hours].sort((a, b) => a - b).map((hour) => ({ ...who, atMs: hour * HOUR_MS, event: 'offline_play' }))
}

function whoOf({ account_id, plan, device_id, device_kind }: PlaybackRecord) {
  return { account: cleanText(account_id), plan, device: cleanText(device_id), kind: device_kind }
}

function eventOf(record: PlaybackRecord, network: Network, atMs: number, event: PlayEventKind): PlayEvent {
  const { place } = network
  return {
    ...whoOf(record),
    atMs,
    ip: network.address_hash,
    hashed: { family: network.family, epoch: network.epoch },
    asn: network.asn ?? undefined,
    country: place?.country ?? '',
    place: place === null ? undefined : { lat: place.lat, lon: place.lon },
    event,
  }
}
