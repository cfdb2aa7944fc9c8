import { expect, test } from 'vitest'
import { averagePrecision, measure } from './measures.ts'

const one = (score: number, shared: boolean) => ({ score, flagged: score >= 0.5, shared })

test('precision, recall and the counts behind them', () => {
  const measures = measure([one(0.9, true), one(0.8, false), one(0.6, true), one(0.4, true), one(0.1, false)])
  expect(measures).toMatchObject({ truePositives: 2, falsePositives: 1, falseNegatives: 1, trueNegatives: 1 })
  expect(measures.precision).toBeCloseTo(2 / 3)
  expect(measures.recall).toBeCloseTo(2 / 3)
  // By hand: 1/3 × 1 + 1/3 × 2/3 + 1/3 × 3/4.
  expect(measures.prAuc).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3)
})

test('accounts of one score are taken together, in whatever order they stand', () => {
  const tied = [one(0.5, true), one(0.5, false), one(0.5, false), one(0.5, true)]
  expect(averagePrecision(tied)).toBe(0.5)
  expect(averagePrecision(tied.reverse())).toBe(0.5)
})

test('nothing to divide by is null', () => {
  expect(measure([one(0.1, false)])).toMatchObject({ precision: null, recall: null, prAuc: null })
})
