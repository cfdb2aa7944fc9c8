/** Owns the test of the stall watch. */

import { expect, test } from 'vitest'
import { createStallWatch, SHORTEST_STALL_MS } from './stall-watch.ts'

test('measures from the first standstill to the next movement, once', () => {
  const watch = createStallWatch()
  watch.stands(1_000)
  watch.stands(1_400)
  expect(watch.standing).toBe(true)
  expect(watch.moves(2_500)).toBe(1_500)
  expect(watch.standing).toBe(false)
  expect(watch.moves(2_600)).toBeUndefined()
})

test('what nobody hears is no stall', () => {
  const watch = createStallWatch()
  watch.stands(0)
  expect(watch.moves(SHORTEST_STALL_MS - 1)).toBeUndefined()
})

test('a pause or a seek in between is an excuse', () => {
  const watch = createStallWatch()
  watch.stands(0)
  watch.excused()
  expect(watch.moves(9_000)).toBeUndefined()
})
