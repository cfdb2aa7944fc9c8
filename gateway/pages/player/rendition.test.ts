/** Owns the test of the choice of a rendition. */

import { expect, test } from 'vitest'
import type { TrackInfo } from '../../../protocol/client/index.ts'
import type { BitrateKbps } from '../../../protocol/vocabulary.ts'
import { nearestRendition } from './rendition.ts'

const track = (...rates: BitrateKbps[]): TrackInfo => ({
  track_id: 't',
  title: 'T',
  artist_id: 'a',
  artist: 'A',
  album_id: 'b',
  album: 'B',
  isrc: 'XX',
  duration_ms: 1_000,
  chunk_ms: 4_000,
  renditions: rates.map((bitrate_kbps) => ({ bitrate_kbps, codec: 'mp4a.40.2', chunk_count: 1 })),
})

test.each([
  [160, [96, 160, 320], 160],
  [160, [320, 96], 96],
  [96, [320, 160], 160],
] as const)('asked for %i of %j gives %i', (wanted, rates, got) => {
  expect(nearestRendition(track(...rates), wanted).bitrate_kbps).toBe(got)
})

test('a track without audio cannot be played', () => {
  expect(() => nearestRendition(track(), 160)).toThrow('no audio')
})
