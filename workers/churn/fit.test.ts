import { describe, expect, it } from 'vitest'
import { Chance } from '../sharing/testing/chance.ts'
import { bestThresholds, compare } from './comparison.ts'
import { fitWeights } from './fit.ts'

describe('the fit', () => {
  it('finds the weights that made the outcomes', () => {
    const chance = new Chance(1)
    const examples = Array.from({ length: 20_000 }, () => {
      const features = [chance.between(-2, 2), chance.between(-2, 2)]
      const z = -1 + 2 * (features[0] ?? 0) - 0.5 * (features[1] ?? 0)
      return { features, churned: chance.happens(1 / (1 + Math.exp(-z))) }
    })
    const [once = 0, first = 0, second = 0] = fitWeights(examples)
    expect(once).toBeCloseTo(-1, 0)
    expect(first).toBeCloseTo(2, 0)
    expect(second).toBeCloseTo(-0.5, 0)
  })
})

describe('the comparison', () => {
  it('calls from the threshold with the best F1 on, by risk and by recency', () => {
    const forecast = (risk: number, days: number, churned: boolean) => ({
      account: `${risk}`,
      risk,
      features: [days],
      churned,
    })
    // By recency the second, who comes back, stands before the third, who does not.
    const forecasts = [
      forecast(0.9, 20, true),
      forecast(0.2, 15, false),
      forecast(0.8, 9, true),
      forecast(0.1, 1, false),
    ]
    const thresholds = bestThresholds(forecasts)
    expect(thresholds).toEqual({ risk: 0.8, daysSilent: 9 })
    expect(compare(forecasts, thresholds)).toMatchObject([
      { method: 'risk', precision: 1, recall: 1, prAuc: 1 },
      { method: 'recency alone', precision: 2 / 3, recall: 1, prAuc: (1 + 2 / 3) / 2 },
    ])
  })
})
