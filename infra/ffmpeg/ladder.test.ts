import { expect, test } from 'vitest'
import { deliveredRateHz, ladderArguments } from './ladder.ts'

test.each([
  [8_000, 48_000],
  [11_025, 44_100],
  [22_050, 44_100],
  [44_100, 44_100],
  [48_000, 48_000],
  [88_200, 44_100],
  [96_000, 48_000],
  [192_000, 48_000],
])('a source of %i Hz is delivered at %i Hz', (source, delivered) => {
  expect(deliveredRateHz(source)).toBe(delivered)
})

test('a file name that looks like an option or a protocol is a file name', () => {
  const settings = { source: '-y http:x.flac', folder: '/tmp/x', gainDb: -1.5, sampleRateHz: 44_100, longestMs: 60_000 }
  const args = ladderArguments(settings)
  expect(args).toContain('file:-y http:x.flac')
})
