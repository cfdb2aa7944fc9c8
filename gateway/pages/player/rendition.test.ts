/** Owns the test of the choice of a rendition. */

import { expect, test } from 'vitest'
import type { BitrateKbps } from '../../../protocol/vocabulary.ts'
import { aTrack } from '../../../session/fixtures.ts'
import { nearestRendition } from './rendition.ts'

const track = (...rates: BitrateKbps[]) =>
  aTrack({ renditions: rates.map((bitrate_kbps) => ({ bitrate_kbps, codec: 'mp4a.40.2', chunk_count: 1 })) })

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
