import { sessionStoreContract } from '../../infra/redis/session-store.contract.ts'
import { type CallRedis, RedisModel, storeOver } from './redis-model.ts'

const WAIT_MS = 60_000

let nowMs = Date.UTC(2026, 0)
const redis = new RedisModel(() => nowMs)
const call: CallRedis = async (ask) => ask(redis)

sessionStoreContract(
  () => ({
    a: storeOver(call, { gatewayId: 'gateway-a', waitMs: WAIT_MS }),
    b: storeOver(call, { gatewayId: 'gateway-b', waitMs: WAIT_MS }),
    pass: async (ms) => {
      nowMs += ms
    },
  }),
  WAIT_MS,
)
