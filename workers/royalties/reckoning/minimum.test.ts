import { expect, test } from 'vitest'
import { minimumOf } from './minimum.ts'

const MONTH = { earned: 1_000n, streams: 10n, allStreams: 30n, subscribers: 7n }
const NONE = { perStream: 0n, perSubscriber: 0n, perMonth: 0n }

test.each([
  ['none', NONE, MONTH, { least: 0n, topUp: 0n, by: 'perStream' }],
  ['below what was earned', { ...NONE, perStream: 99n }, MONTH, { least: 990n, topUp: 0n, by: 'perStream' }],
  ['just what was earned', { ...NONE, perStream: 100n }, MONTH, { least: 1_000n, topUp: 0n, by: 'perStream' }],
  ['by stream', { ...NONE, perStream: 101n }, MONTH, { least: 1_010n, topUp: 10n, by: 'perStream' }],
  // 7 × 1000 × 10/30 is 2333⅓, and less would be less.
  ['by subscriber', { ...NONE, perSubscriber: 1_000n }, MONTH, { least: 2_334n, topUp: 1_334n, by: 'perSubscriber' }],
  ['by month', { ...NONE, perMonth: 1_001n }, MONTH, { least: 1_001n, topUp: 1n, by: 'perMonth' }],
  [
    'the greatest holds',
    { perStream: 300n, perSubscriber: 1_000n, perMonth: 2_999n },
    MONTH,
    { least: 3_000n, topUp: 2_000n, by: 'perStream' },
  ],
  [
    'without any stream',
    { perStream: 9n, perSubscriber: 9n, perMonth: 5n },
    { earned: 0n, streams: 0n, allStreams: 0n, subscribers: 7n },
    { least: 5n, topUp: 5n, by: 'perMonth' },
  ],
] as const)('%s', (_, terms, month, minimum) => {
  expect(minimumOf(terms, month)).toEqual(minimum)
})
