import { describe, expect, it } from 'vitest'
import { PLANTS, type Plant } from './plants.ts'
import { PROFILES } from './profile.ts'
import { runSeed, type SeedResult } from './run-seed.ts'

const TIMEOUT_MS = 300_000
const profile = PROFILES.brief

const said = ({ seed, violations }: SeedResult) =>
  violations.map(({ invariant, about, text }) => `seed ${seed}: ${invariant} ${about} ${text}`)

describe('the fleet simulation', () => {
  it('holds every invariant over seeds, with faults of every kind among them', { timeout: TIMEOUT_MS }, async () => {
    const faults = new Set<string>()
    let acknowledged = 0
    let takenOver = 0
    let transferred = 0
    for (let seed = 1; seed <= 10; seed++) {
      const result = await runSeed(seed, { profile })
      expect(said(result)).toEqual([])
      for (const fault of Object.keys(result.faults)) faults.add(fault)
      acknowledged += result.counts.acknowledged ?? 0
      takenOver += result.counts.takenOver ?? 0
      transferred += result.counts.transferred ?? 0
    }
    expect(faults.size).toBeGreaterThan(18)
    expect(acknowledged).toBeGreaterThan(5_000)
    expect(takenOver).toBeGreaterThan(100)
    expect(transferred).toBeGreaterThan(100)
  })

  it('is the same for the same seed, and another one for another', { timeout: TIMEOUT_MS }, async () => {
    const [first, again, other] = [
      await runSeed(77, { profile }),
      await runSeed(77, { profile, traced: 'client-1' }),
      await runSeed(78, { profile }),
    ]
    expect(again.historyHash).toBe(first.historyHash)
    expect({ ...again.counts }).toEqual({ ...first.counts })
    expect(other.historyHash).not.toBe(first.historyHash)
  })
})

describe('a planted fault is seen', () => {
  const MOST_SEEDS = 16
  for (const [name, plant] of Object.entries<Plant>(PLANTS)) {
    it(`${plant.breaks} by ${name}: ${plant.what}`, { timeout: TIMEOUT_MS }, async () => {
      const seen = new Set<string>()
      for (let seed = 1; seed <= MOST_SEEDS && !seen.has(plant.breaks ?? ''); seed++) {
        const { violations } = await runSeed(seed, { profile, plant })
        for (const { invariant } of violations) seen.add(invariant)
      }
      expect([...seen]).toContain(plant.breaks)
    })
  }
})
