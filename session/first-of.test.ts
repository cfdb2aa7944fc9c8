import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstOf } from './first-of.ts'

interface Scored {
  readonly item: number
  readonly score: number
}
const better = (a: Scored, b: Scored) => b.score - a.score || a.item - b.item

it('takes the first few of many, whatever order they came in', () => {
  const scored = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 80 })
  fc.assert(
    fc.property(scored, fc.nat(90), fc.integer({ min: 1, max: 9 }), (items, count, scores) => {
      const all = items.map((item) => ({ item, score: item % scores }))
      const sorted = [...all].sort(better).slice(0, count)
      expect(firstOf(all, count, better)).toEqual(sorted)
    }),
    { numRuns: 2_000 },
  )
})

it('asks of no item how it stands to itself', () => {
  const order = (a: { at: number }, b: { at: number }) => {
    expect(a).not.toBe(b)
    return a.at < b.at ? -1 : 1
  }
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(500), { maxLength: 60 }), fc.nat(30), (places, count) => {
      const all = places.map((at) => ({ at }))
      const first = [...places].sort((a, b) => a - b).slice(0, count)
      expect(firstOf(all, count, order).map(({ at }) => at)).toEqual(first)
    }),
  )
})
