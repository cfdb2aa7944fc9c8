import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, inject } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import { createRedis, type Redis } from './client.ts'
import { redisConfig } from './config.ts'
import { type StoreUnderTest, sessionStoreContract } from './session-store.contract.ts'
import { createSessionStore } from './session-store.ts'

/** Short, as one test waits for it to pass. */
const WAIT_MS = 5_000

let redis: Redis
let store: StoreUnderTest

beforeAll(() => {
  redis = createRedis(readEnv(inject('stackEnv'), redisConfig), createLogger('test', 'warn'))
  store = {
    a: createSessionStore(redis, { gatewayId: 'gateway-a', waitMs: WAIT_MS }),
    b: createSessionStore(redis, { gatewayId: 'gateway-b', waitMs: WAIT_MS }),
    pass: (ms) => wait(ms),
  }
})
afterAll(() => redis.disconnect())

sessionStoreContract(() => store, WAIT_MS)
