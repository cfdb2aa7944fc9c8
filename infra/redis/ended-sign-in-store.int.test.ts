/** Owns the test of ended sign-ins in Redis: told once, read by whoever asks what is new. */

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { createEndedSignInStore } from './ended-sign-in-store.ts'

let redis: Redis
beforeAll(() => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), createLogger('test', 'silent'))
})
afterAll(() => redis.disconnect())

test('what was added is there for who reads all, and for who reads what is new; what is older than it is kept goes', async () => {
  const store = createEndedSignInStore(redis, 60_000)
  const { cursor: before } = await store.since(0)
  const [one, two] = [randomUUID(), randomUUID()].map((id) => ({ id, accountId: 'acct-test', atMs: 1_000 }))
  if (one === undefined || two === undefined) throw new Error('none was made')
  await store.add(one)
  const first = await store.since(before)
  expect(first.ended).toContainEqual(one)
  expect(first.cursor).toBeGreaterThan(before)
  await store.add(two)
  await store.add(two)
  const second = await store.since(first.cursor)
  expect(second.ended.filter(({ id }) => id === two.id)).toHaveLength(1)
  expect((await store.since(0)).ended).toEqual(expect.arrayContaining([one, two]))

  await createEndedSignInStore(redis, 0).add({ ...one, id: randomUUID() })
  expect((await store.since(0)).ended).not.toContainEqual(one)
})
