/** Owns the test of the chunk arithmetic. */

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AHEAD_CHUNKS,
  aheadMs,
  type ChunkView,
  chunkAt,
  chunksBehind,
  creditOf,
  heldToEnd,
  isCovered,
  wantedChunks,
} from './chunk-plan.ts'

const view = (positionMs: number, chunkCount = 50): ChunkView => ({ positionMs, chunkMs: 4_000, chunkCount })
const none = () => false
const among =
  (...indexes: number[]) =>
  (index: number) =>
    indexes.includes(index)

describe('wantedChunks', () => {
  test('begins at the playhead and reaches as far ahead as is kept', () => {
    expect(wantedChunks(view(0), none)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(wantedChunks(view(9_999), none)[0]).toBe(2)
  })

  test('leaves out what is held and what is past the end', () => {
    expect(wantedChunks(view(0), among(0, 1, 4))).toEqual([2, 3, 5, 6, 7])
    expect(wantedChunks(view(196_000), none)).toEqual([49])
    expect(wantedChunks(view(999_000), none)).toEqual([49])
  })

  test('is ordered, bounded and disjoint from what is held, whatever the playhead', () => {
    fc.assert(
      fc.property(fc.nat(400_000), fc.integer({ min: 1, max: 90 }), fc.uniqueArray(fc.nat(90)), (at, count, held) => {
        const wanted = wantedChunks(view(at, count), among(...held))
        expect(wanted.length).toBeLessThanOrEqual(AHEAD_CHUNKS)
        expect(wanted).toEqual([...wanted].sort((a, b) => a - b))
        for (const index of wanted) {
          expect(index).toBeLessThan(count)
          expect(held).not.toContain(index)
        }
      }),
    )
  })
})

describe('creditOf', () => {
  test('names the first chunk without an address and the room from there on', () => {
    expect(creditOf([3, 4, 5, 6], none)).toEqual({ nextChunk: 3, chunks: 4 })
    expect(creditOf([3, 4, 5, 6], among(3, 4))).toEqual({ nextChunk: 5, chunks: 2 })
    expect(creditOf([3, 7], none)).toEqual({ nextChunk: 3, chunks: 5 })
  })

  test('is silent when nothing is lacking', () => {
    expect(creditOf([], none)).toBeUndefined()
    expect(creditOf([3, 4], among(3, 4))).toBeUndefined()
  })
})

describe('what is held', () => {
  test('chunkAt holds to the track', () => {
    expect(chunkAt(view(3_999))).toBe(0)
    expect(chunkAt(view(4_000))).toBe(1)
    expect(chunkAt(view(10_000_000))).toBe(49)
  })

  test('heldToEnd looks from the playhead on', () => {
    expect(heldToEnd(view(8_000, 4), among(2, 3))).toBe(true)
    expect(heldToEnd(view(8_000, 4), among(0, 1, 3))).toBe(false)
  })

  test('chunksBehind lets go of what is wholly further back than is kept', () => {
    expect(chunksBehind(view(40_000), [0, 1, 3, 4, 9])).toEqual([0, 1, 3])
    expect(chunksBehind(view(10_000), [0, 1])).toEqual([])
  })

  test('aheadMs runs over gaps of a frame and stops at real ones', () => {
    const ranges = [
      { startS: 0, endS: 7.98 },
      { startS: 8.0, endS: 12 },
      { startS: 16, endS: 20 },
    ]
    expect(aheadMs(ranges, 4_000)).toBe(8_000)
    expect(aheadMs(ranges, 13_000)).toBe(0)
    expect(aheadMs([], 0)).toBe(0)
    expect(isCovered(ranges, 16_500)).toBe(true)
    expect(isCovered(ranges, 14_000)).toBe(false)
  })
})
