import { describe, expect, it, test } from 'vitest'
import type { Network } from '../../../protocol/events/network.ts'
import type { TakenEvent } from '../../../protocol/events/playback-record.ts'
import { ended, event, telemetry } from '../../testing/records.ts'
import { offlinePlaysOf, playEventOf } from './play-event-of.ts'

const network: Network = {
  epoch: 2_900,
  address_hash: 'ab'.repeat(16),
  family: 4,
  asn: 3320,
  place: { country: 'DE', lat: 52.52, lon: 13.41 },
}
const told = (...events: TakenEvent[]) => playEventOf({ ...telemetry('ann', events), network })

test('D4 an end by the reaper tells that the device stopped where it was heard last', () => {
  const lost = ended('ann', { reason_end: 'lost', ended_at_ms: 1_790_000_000_000, network })
  expect(playEventOf(lost)).toMatchObject({ event: 'play_end', atMs: 1_790_000_000_000, country: 'DE' })
  expect(playEventOf(ended('ann', { reason_end: 'lost' }))).toBe(undefined)
})

describe('what telemetry tells the detector', () => {
  it('is that the device plays here now', () => {
    expect(told(event())).toMatchObject({ account: 'ann', device: 'device-1', event: 'heartbeat', country: 'DE' })
  })

  it('T7 is no more than that the device is here, when all of it is late or stale', () => {
    expect(told(event({ stale: true }), event({ at_ms: Date.now() - 3_600_000 }))).toMatchObject({
      event: 'play_end',
    })
    expect(told(event({ stale: true }), event())).toMatchObject({ event: 'heartbeat' })
  })

  it('T6 is when the device played without a connection, hour by hour, and nothing of where', () => {
    const [tenMs, elevenMs] = [Date.UTC(2026, 2, 2, 10), Date.UTC(2026, 2, 2, 11)]
    const offline = [elevenMs + 60_000, tenMs + 1, tenMs + 1_800_000].map((at_ms) => event({ at_ms, offline: true }))
    const failed = event({ at_ms: tenMs - 3_600_000, offline: true, kind: 'failed' })
    const record = { ...telemetry('ann', [...offline, failed]), network }
    expect(playEventOf(record)).toBe(undefined)
    const played = { account: 'ann', plan: 'individual', device: 'device-1', kind: 'web', event: 'offline_play' }
    expect(offlinePlaysOf(record)).toEqual([
      { ...played, atMs: tenMs },
      { ...played, atMs: elevenMs },
    ])
    // What was heard since, at this place, is told as ever.
    expect(told(...offline, event())).toMatchObject({ event: 'heartbeat', country: 'DE' })
  })
})
