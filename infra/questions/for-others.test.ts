/** Owns the test of answers that leave the house. */

import { expect, test } from 'vitest'
import { forOthers } from './for-others.ts'

const columns = ['country', 'hours_played', 'active_premium', 'active', 'premium_share']

test('a country with few premium listeners, or few others, keeps how many listened; one with few listeners keeps nothing', () => {
  const rows = [
    ['DE', 900.5, 700, 1_000, 0.7],
    ['JP', 80, 4, 100, 0.04],
    ['SE', 70, 95, 100, 0.95],
    ['NL', 2.5, 3, 5, 0.6],
    ['MX', 50, 60, 60, 1],
  ]
  expect(forOthers('active-premium', { columns, rows }, 10)).toEqual({
    columns,
    rows: [
      ['DE', 900.5, 700, 1_000, 0.7],
      ['JP', 80, null, 100, null],
      ['SE', 70, null, 100, null],
      ['NL', null, null, null, null],
      ['MX', 50, 60, 60, 1],
    ],
  })
})

test('an answer without rows stays one, and a question that names accounts is not for others', () => {
  expect(forOthers('active-premium', { columns, rows: [] }, 10)).toEqual({ columns, rows: [] })
  expect(forOthers('churn', { columns: ['account_id'], rows: [] }, 10)).toBeUndefined()
})
