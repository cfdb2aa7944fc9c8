import { expect, it } from 'vitest'
import { uuidv7 } from '../ids.ts'
import { plainMsgpack } from '../plain-msgpack.ts'
import { packNeighbours, packPopular, unpackNeighbours, unpackPopular } from './neighbours.ts'

const trackIds = Array.from({ length: 5 }, () => uuidv7(Date.now()))

it('lists come back as they were written', () => {
  const list = { trackIds, beside: Uint8Array.of(1, 2, 3, 4, 5), after: Uint8Array.of(255, 0, 0, 7, 9) }
  expect(unpackNeighbours(packNeighbours(list))).toEqual(list)
  expect(unpackPopular(packPopular(trackIds))).toEqual(trackIds)
})

it('a list takes 18 bytes a neighbour, and few beside', () => {
  const list = { trackIds, beside: new Uint8Array(5), after: new Uint8Array(5) }
  expect(packNeighbours(list).length).toBeLessThan(5 * 18 + 10)
})

it('what another version wrote is no list', () => {
  expect(unpackNeighbours(plainMsgpack.pack([2, new Uint8Array(16)]))).toBeUndefined()
  expect(unpackPopular(plainMsgpack.pack([2, new Uint8Array(16)]))).toBeUndefined()
})
