import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../infra/demo/seeded-random.ts'
import { KINDS, LEAST_HOLD_MS, type SchedulePlan, scheduleOf, TARGETS } from './schedule.ts'

const PLAN: SchedulePlan = {
  faults: 240,
  targets: TARGETS,
  kinds: KINDS,
  leastHoldMs: LEAST_HOLD_MS,
  mostHoldMs: 8_000,
  mostGapMs: 2_000,
  overlapping: 0.3,
}
const schedule = (seed: number, plan = PLAN) => scheduleOf(seededRandom(seed), plan)

describe('the schedule of a drill', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(schedule(7)).toEqual(schedule(7))
    expect(schedule(7)).not.toEqual(schedule(8))
  })

  it('has every target and kind once before any comes again', () => {
    const deck = TARGETS.length * KINDS.length
    const faults = schedule(1)
    for (let from = 0; from < faults.length; from += deck) {
      const seen = new Set(faults.slice(from, from + deck).map(({ target, kind }) => `${kind} ${target}`))
      expect(seen.size).toBe(deck)
    }
  })

  it('overlaps two faults at most, of two parts, and holds none for longer than told', () => {
    const faults = schedule(3)
    expect(faults.some(({ overlaps }) => overlaps)).toBe(true)
    faults.forEach((fault, index) => {
      expect(fault.holdMs).toBeLessThanOrEqual(PLAN.mostHoldMs)
      if (!fault.overlaps) return
      const before = faults[index - 1]
      expect(before?.overlaps).toBe(false)
      expect(before?.target).not.toBe(fault.target)
    })
  })

  it('holds each fault for as long as it is told to', () => {
    const faults = schedule(9, { ...PLAN, kinds: ['kill', 'freeze'], leastHoldMs: 60_000, mostHoldMs: 60_000 })
    expect(new Set(faults.map(({ holdMs }) => holdMs))).toEqual(new Set([60_000]))
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['kill', 'freeze']))
  })

  it('hurts nothing that was not named', () => {
    const faults = schedule(5, { ...PLAN, faults: 40, targets: ['gateway', 'redis'] })
    expect(new Set(faults.map(({ target }) => target))).toEqual(new Set(['gateway', 'redis']))
  })
})
