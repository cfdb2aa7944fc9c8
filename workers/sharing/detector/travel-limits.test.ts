import { expect, test } from 'vitest'
import { readEnv } from '../../../infra/runtime/env.ts'
import { LIMITS } from './limits.ts'
import { travelLimits } from './travel-limits.ts'

const limitsOf = (list: string) => readEnv({ LIST: list }, (read) => ({ travel: travelLimits(read, 'LIST') })).travel

test('limits of travel are kilometres and kilometres an hour; the usual ones unless some are named', () => {
  expect(limitsOf('50:120, 700:900.5')).toEqual([
    { fromKm: 50, fasterThanKmh: 120 },
    { fromKm: 700, fasterThanKmh: 900.5 },
  ])
  expect(limitsOf('')).toBe(LIMITS.travel)
})

test('every word that is none is named, with what is wanted', () => {
  const wrong = ['100', '100:', ':300', '100:0', '-1:300', '100:fast', '100:300:1']
  for (const word of wrong) {
    expect(() => limitsOf(`100:300,${word}`)).toThrow(
      `LIST: '${word}' is not kilometres and kilometres an hour above 0, as 100:300`,
    )
  }
})
