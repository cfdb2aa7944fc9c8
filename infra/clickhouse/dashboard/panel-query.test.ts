import { describe, expect, it } from 'vitest'
import { bucketsOf, rollupOf, wholeBuckets } from './panel-query.ts'

const MINUTE_MS = 60_000
const NOW_MS = Date.UTC(2026, 9, 14, 14, 37, 20)
/** As the dashboard asks for so many minutes. */
const asked = (minutes: number) => ({ fromMs: NOW_MS - (minutes - 1) * MINUTE_MS, toMs: NOW_MS + MINUTE_MS })

describe('the range of a panel', () => {
  it.each([1, 15, 60, 61, 90, 358, 359, 360, 361, 1_440, 20_157, 20_158, 20_159, 20_160, 20_221, 43_200])(
    'of %i minutes begins with a whole bucket of those that it is read in, and no later than was asked',
    (minutes) => {
      const range = wholeBuckets(asked(minutes))
      const { stepMs } = bucketsOf(range)
      expect(range.fromMs % stepMs).toBe(0)
      const late = range.fromMs - asked(minutes).fromMs
      expect(late).toBeLessThanOrEqual(0)
      // One alignment into larger buckets may follow another.
      expect(late).toBeGreaterThan(-2 * stepMs)
      expect(range.toMs).toBe(asked(minutes).toMs)
    },
  )

  it('of tracks begins with the hour, of which they have a sum, where others are read by the minute', () => {
    const range = wholeBuckets(asked(90))
    expect(rollupOf('track', range)).toEqual({
      table: 'track_hours',
      bucket: 'hour',
      from: '2026-10-14 13:00:00',
      to: '2026-10-14 14:38:20',
    })
    expect(rollupOf('playback', range)).toMatchObject({ table: 'playback_minutes', from: '2026-10-14 13:08:00' })
  })
})
