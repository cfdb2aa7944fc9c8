import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { Neighbours } from '../../protocol/events/neighbours.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { createNeighbourStore, type NeighbourStore } from './neighbour-store.ts'

let redis: Redis
let store: NeighbourStore

beforeAll(() => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), createLogger('test', 'warn'))
  store = createNeighbourStore(redis)
})
afterAll(() => redis.disconnect())

const [TRACK, OTHER, THIRD] = [uuidv7(1), uuidv7(2), uuidv7(3)] as const
const list = (share: number): Neighbours => ({
  trackIds: [OTHER],
  beside: Uint8Array.of(share),
  after: Uint8Array.of(0),
})

it('an edition is read when it is published, as a whole; what is left of others goes', async () => {
  const first = await store.newEdition()
  await store.write(first, new Map([[TRACK, list(1)]]))
  await store.writePopular(first, new Map([['DE', [TRACK]]]))
  await store.publish(first)
  expect(await store.learned()).toEqual({ edition: first, popular: new Map([['DE', [TRACK]]]) })

  const second = await store.newEdition()
  await store.write(second, new Map([[TRACK, list(2)]]))
  expect((await store.learned()).edition).toBe(first)
  expect(await store.neighbours(first, [TRACK, THIRD])).toEqual([list(1), undefined])
  await store.publish(second)
  expect(await store.learned()).toEqual({ edition: second, popular: new Map() })
  expect(await store.neighbours(second, [THIRD, TRACK])).toEqual([undefined, list(2)])
  expect(await store.neighbours(first, [TRACK])).toEqual([undefined])
})

it('a list that is no more goes, and so does a country in which nothing is popular', async () => {
  const edition = await store.newEdition()
  await store.write(edition, new Map([[TRACK, list(3)]]))
  await store.writePopular(
    edition,
    new Map([
      ['DE', [TRACK]],
      ['US', [OTHER]],
    ]),
  )
  await store.write(edition, new Map([[TRACK, undefined]]))
  await store.writePopular(edition, new Map([['US', []]]))
  await store.publish(edition)
  expect(await store.neighbours(edition, [TRACK])).toEqual([undefined])
  expect((await store.learned()).popular).toEqual(new Map([['DE', [TRACK]]]))
})

it('a saved state outlives an edition, by partition', async () => {
  await store.saveState(3, Uint8Array.of(1, 2, 3))
  await store.publish(await store.newEdition())
  expect((await store.state()).get(3)).toEqual(Uint8Array.of(1, 2, 3))
  await redis.del('segue:recommend:state')
})
