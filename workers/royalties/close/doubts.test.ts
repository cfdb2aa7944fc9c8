import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asRows } from '../testing/stream-lines.ts'
import { Doubts } from './doubts.ts'
import { readFrozen, writeFrozen } from './frozen-file.ts'
import { type Doubt, type FrozenMonth, type FrozenStream, PARTS, type Track } from './frozen-month.ts'
import type { Sign } from './terms-class.ts'

const [LONG, SHORT, UNKNOWN_TRACK] = ['QMSEG2600001', 'QMSEG2600002', 'QMSEG2600009'] as const
const DAY = '2026-10-05'
const track = (isrc: string, durationMs: number): Track => ({
  isrc,
  trackId: isrc,
  title: '',
  artist: '',
  durationMs,
  works: [],
})
const MONTH: FrozenMonth = {
  ...(Object.fromEntries(PARTS.map((part) => [part, []])) as unknown as FrozenMonth),
  month: '2026-10',
  track: [track(LONG, 60_000), track(SHORT, 59_999)],
  doubt: [
    { reason: 'bot', listener: 1, isrc: null, day: DAY, amount: 1_440 * 60_000 + 1 },
    { reason: 'bot', listener: 2, isrc: null, day: DAY, amount: 1_440 * 60_000 },
    { reason: 'looped', listener: 3, isrc: LONG, day: DAY, amount: 21 },
    { reason: 'looped', listener: 4, isrc: LONG, day: DAY, amount: 20 },
  ] satisfies Doubt[],
}
const sign = (reason: Sign['reason'], limit: number, num = 0n, den = 1n): Sign => ({
  reason,
  limit,
  weight: { num, den },
})
const ALL = [sign('looped', 20, 1n, 2n), sign('bot', 1_440), sign('short-track', 60, 2n, 3n)]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-doubts-test-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

async function reasonOf(signs: readonly Sign[], given: Partial<FrozenStream>): Promise<string | undefined> {
  const stream: FrozenStream = {
    id: '019a0000-0000-7000-8000-f00000000001',
    listener: 9,
    isrc: LONG,
    artist: 'a',
    startedAt: `${DAY}T23:59:59.999Z`,
    msPlayed: 30_000,
    territory: 'DE',
    tier: 'individual',
    discovery: 'search',
    late: undefined,
    ...given,
  }
  const path = join(folder, 'inputs.jsonl')
  await writeFrozen(path, MONTH, asRows([stream]))
  const reasons: (string | undefined)[] = []
  await readFrozen(path, (row, header) => void reasons.push(new Doubts(header, signs).reasonOf(row)))
  expect(reasons).toHaveLength(1)
  return reasons[0]
}

describe('a stream is not believed', () => {
  test.each([
    ['of whoever played longer than a day has minutes', { listener: 1 }, 'bot'],
    ['of him on another day it is', { listener: 1, startedAt: '2026-10-06T00:00:00.000Z' }, undefined],
    ['just as many minutes are believed', { listener: 2 }, undefined],
    ['of a track that was begun too often on a day', { listener: 3 }, 'looped'],
    ['of him, of another track, it is', { listener: 3, isrc: UNKNOWN_TRACK }, undefined],
    ['just as many beginnings are believed', { listener: 4 }, undefined],
    ['of a track that is too short', { isrc: SHORT }, 'short-track'],
    ['a track as long as that is believed, and one of which nothing is known', { isrc: LONG }, undefined],
    ['by the sign that leaves least', { listener: 1, isrc: SHORT }, 'bot'],
  ] as const)('%s', async (_, stream, reason) => {
    expect(await reasonOf(ALL, stream)).toBe(reason)
  })

  test('by its own terms: others may believe more, or ask nothing', async () => {
    expect(await reasonOf([sign('looped', 21)], { listener: 3 })).toBeUndefined()
    expect(await reasonOf([sign('looped', 20), sign('looped', 5, 1n, 2n)], { listener: 4 })).toBe('looped')
    expect(await reasonOf([], { listener: 1, isrc: SHORT })).toBeUndefined()
  })
})
