import { expect, it } from 'vitest'
import { MOST_REMEMBERED, withLatest } from './latest-tracks.ts'

it('remembers the latest tracks of an evening, in order, and changes no set that was there', () => {
  const before = new Set(['a', 'b', 'c'])
  expect([...withLatest(before, 'a')]).toEqual(['b', 'c', 'a'])
  expect([...before]).toEqual(['a', 'b', 'c'])
  let many: ReadonlySet<string> = new Set()
  for (let n = 0; n < MOST_REMEMBERED + 5; n += 1) many = withLatest(many, `t${n}`)
  expect([many.size, many.has('t4'), many.has('t5')]).toEqual([MOST_REMEMBERED, false, true])
})
