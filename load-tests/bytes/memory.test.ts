import { describe, expect, it } from 'vitest'
import { growthBytes, type MemorySample, memoryProblem } from './memory.ts'

const MIB = 1024 * 1024
/** Fifty samples over five million frames, of a process that leaks so many bytes a frame, and breathes. */
const samples = (leak: number): MemorySample[] =>
  Array.from({ length: 50 }, (_, at) => {
    const frames = (at + 1) * 100_000
    const warming = Math.min(at, 8) * MIB
    const breath = (at % 3) * 0.5 * MIB
    return { frames, heap_bytes: 30 * MIB + warming + breath + leak * frames, rss_bytes: 150 * MIB + breath * 10 }
  })

describe('memory over frames', () => {
  it('is flat, though it grows until the process is warm and breathes', () => {
    expect(memoryProblem(samples(0))).toBeUndefined()
  })

  it('is not flat when each frame leaves three bytes', () => {
    expect(growthBytes(samples(3), 'heap_bytes')).toBeGreaterThan(10 * MIB)
    expect(memoryProblem(samples(3))).toMatch(/^the heap grew by 1\d\.\d MiB$/)
  })

  it('says nothing of too few samples', () => {
    expect(growthBytes(samples(3).slice(0, 2), 'heap_bytes')).toBe(0)
  })
})
