import { expect, test } from 'vitest'
import { chunkKey, initKey } from './keys.ts'

const TRACK = '018f3c2a-0000-8000-8000-000000000001'

test('the initialisation segment lies beside its chunks', () => {
  expect(initKey(TRACK, 160)).toBe(`audio/${TRACK}/160/init.mp4`)
  expect(chunkKey(TRACK, 160, 7)).toBe(`audio/${TRACK}/160/00007.m4s`)
})

test('the names of chunks sort as their numbers do', () => {
  const keys = [0, 9, 10, 99, 100, 9_999, 10_000].map((index) => chunkKey(TRACK, 96, index))
  expect(keys.toSorted()).toEqual(keys)
})
