import { expect, test } from 'vitest'
import type { Outcome } from './ingest.ts'
import { summaryLines, sumOutcomes } from './ingest-summary.ts'

const outcomes: Outcome[] = [
  { kind: 'ingested', file: 'a.ogg', track: { trackId: '1', durationMs: 90_000, chunks: 69, bytes: 6_000_000 } },
  { kind: 'ingested', file: 'b.ogg', track: { trackId: '2', durationMs: 30_000, chunks: 24, bytes: 2_000_000 } },
  { kind: 'present', file: 'c.ogg' },
  { kind: 'failed', file: 'd.ogg', reason: 'damaged' },
]

test('tells what was done, how fast, and what was not', () => {
  expect(summaryLines(sumOutcomes(outcomes, 4_000))).toEqual([
    '2 tracks, 2.0 minutes of audio, 93 chunks, 8.0 MB in 4.0 s (30.0 × real time)',
    '1 were in the catalog already',
    '1 could not be taken:',
    '  d.ogg: damaged',
  ])
})
