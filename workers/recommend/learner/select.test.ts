import fc from 'fast-check'
import { expect, it } from 'vitest'
import { better, selectFirst } from './select.ts'

it('takes the first few of many, whatever order they came in', () => {
  const scored = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 80 })
  fc.assert(
    fc.property(scored, fc.nat(90), fc.integer({ min: 1, max: 9 }), (items, count, scores) => {
      const all = items.map((item) => ({ item, score: item % scores }))
      const sorted = [...all].sort(better).slice(0, count)
      expect(selectFirst(all, count, better).sort(better)).toEqual(sorted)
    }),
    { numRuns: 2_000 },
  )
})
