import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DEVICE, LISTENER } from '../session/fixtures.ts'
import { newSession } from '../session/session.ts'
import { type HeldSession, hold } from './held-session.ts'
import { createLingering, type Lingering } from './lingering.ts'

const A_MOMENT_MS = 20

let saved: HeldSession[]
let lingering: Lingering

beforeEach(() => {
  vi.useFakeTimers()
  saved = []
  lingering = createLingering((held) => saved.push(held), 5 * A_MOMENT_MS)
})
afterEach(() => {
  vi.useRealTimers()
})

const held = (sessionId: string, epoch = 1) =>
  hold(newSession({ ...LISTENER, session_id: sessionId }, DEVICE), epoch, 0)

describe('saves that nobody waits for', () => {
  it('come once for all that happened within a moment', () => {
    const [one, two] = [held('one'), held('two')]
    for (const session of [one, one, two, one]) lingering.add(session)
    expect(saved).toEqual([])
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toEqual([one, two])
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toHaveLength(2)
    lingering.add(one)
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toEqual([one, two, one])
  })

  it('come later for who was saved just now, unless something else happens to it', () => {
    const [one, two] = [held('one'), held('two')]
    for (const session of [one, two, two]) lingering.rest(session)
    expect(lingering.any).toBe(true)
    vi.advanceTimersByTime(2 * A_MOMENT_MS)
    expect(saved).toEqual([])
    lingering.add(two)
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toEqual([two])
    vi.advanceTimersByTime(5 * A_MOMENT_MS)
    expect(saved).toEqual([two, one])
    expect(lingering.any).toBe(false)
  })

  it('are not forgotten for another hold of the session', () => {
    const [before, after] = [held('one', 1), held('one', 2)]
    lingering.add(before)
    lingering.add(after)
    expect(saved).toEqual([before])
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toEqual([before, after])
  })

  it('come at once when they are asked for: before a resume takes the session, and before the stores close', () => {
    const [one, two] = [held('one'), held('two')]
    lingering.add(one)
    lingering.add(two)
    expect(lingering.take('one')).toBe(one)
    expect(lingering.take('one')).toBeUndefined()
    lingering.hurry()
    expect(saved).toEqual([two])
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toEqual([two])
  })

  it('that are parked come with the next, with the end, or for whoever takes the session', () => {
    const [one, two, three, later] = [held('one'), held('two'), held('three'), held('three', 2)]
    for (const session of [one, two, three]) lingering.park(session)
    vi.advanceTimersByTime(10 * A_MOMENT_MS)
    expect(saved).toEqual([])
    lingering.add(one)
    vi.advanceTimersByTime(A_MOMENT_MS)
    expect(saved).toEqual([one])
    expect(lingering.take('two')).toBe(two)
    lingering.park(later)
    expect(saved).toEqual([one, three])
    lingering.hurry()
    expect(saved).toEqual([one, three, later])
  })
})
