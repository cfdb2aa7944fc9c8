import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Heart } from './heart.ts'

const INTERVAL_MS = 15_000
const HOUR_MS = 3_600_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A heart, when it beat, and whether it took the line for dead. */
function start() {
  const sent: number[] = []
  let deadAtMs: number | undefined
  const heart = new Heart({
    firstMs: 1_000,
    intervalMs: INTERVAL_MS,
    send: ({ sent_at_ms }) => void sent.push(sent_at_ms),
    playing: () => undefined,
    volume: () => undefined,
    dead: () => {
      deadAtMs = Date.now()
    },
  })
  const answer = () => heart.answered(sent.at(-1) ?? 0)
  return { heart, sent, answer, deadAtMs: () => deadAtMs }
}

/** The machine sleeps: the wall clock goes on, and the clock of timers does not. */
const sleep = (ms: number) => void vi.setSystemTime(Date.now() + ms)

describe('H3 a line on which nobody answers', () => {
  it('is dead after two heartbeats in a row, an interval after the second', () => {
    const { sent, deadAtMs } = start()
    const begunMs = Date.now()
    vi.advanceTimersByTime(1_000 + 2 * INTERVAL_MS - 1)
    expect(deadAtMs()).toBeUndefined()
    vi.advanceTimersByTime(1)
    expect(deadAtMs()).toBe(begunMs + 1_000 + 2 * INTERVAL_MS)
    expect(sent).toHaveLength(2)
  })

  it('H1 lives for as long as it answers', () => {
    const { sent, answer, deadAtMs } = start()
    for (let beat = 1; beat <= 20; beat++) {
      vi.advanceTimersByTime(beat === 1 ? 1_000 : INTERVAL_MS)
      answer()
      expect(sent).toHaveLength(beat)
    }
    expect(deadAtMs()).toBeUndefined()
  })
})

describe('R4 a client that was asleep, frozen or starved', () => {
  it('tries the line before it takes it for dead, though two heartbeats are unanswered', () => {
    const { sent, answer, deadAtMs } = start()
    vi.advanceTimersByTime(1_000 + INTERVAL_MS)
    expect(sent).toHaveLength(2)
    sleep(HOUR_MS)
    vi.advanceTimersByTime(INTERVAL_MS)
    expect(deadAtMs()).toBeUndefined()
    expect(sent).toHaveLength(3)
    vi.advanceTimersByTime(2_900)
    answer()
    vi.advanceTimersByTime(INTERVAL_MS)
    expect(deadAtMs()).toBeUndefined()
    expect(sent).toHaveLength(4)
  })

  it('knows within 3 s of a try that the line is dead', () => {
    const { heart, deadAtMs } = start()
    vi.advanceTimersByTime(1_000)
    sleep(HOUR_MS)
    const wokeMs = Date.now()
    heart.probe()
    vi.advanceTimersByTime(3_000)
    expect(deadAtMs()).toBe(wokeMs + 3_000)
  })

  it('does not take an answer that was on its way before for the answer to the try', () => {
    const { heart, sent, deadAtMs } = start()
    vi.advanceTimersByTime(1_000)
    sleep(HOUR_MS)
    heart.probe()
    heart.answered(sent[0] ?? 0)
    vi.advanceTimersByTime(3_000)
    expect(deadAtMs()).toBeDefined()
  })

  it('tries once at a time, however often it is told to', () => {
    const { heart, sent } = start()
    for (let time = 0; time < 5; time++) heart.probe()
    expect(sent).toHaveLength(1)
  })

  it('tries again when it was late even for the answer, and not for ever', () => {
    const { heart, sent, deadAtMs } = start()
    heart.probe()
    for (let probe = 1; probe <= 3; probe++) {
      expect([sent.length, deadAtMs()]).toEqual([probe, undefined])
      sleep(60_000)
      vi.advanceTimersByTime(3_000)
    }
    expect(sent).toHaveLength(3)
    expect(deadAtMs()).toBeDefined()
  })
})
