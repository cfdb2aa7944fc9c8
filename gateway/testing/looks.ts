/** Owns a clock that goes as the gateways do: how often they have looked for ended sign-ins since one was told, by what Redis was asked. */

import { createRedis } from '../../infra/redis/client.ts'
import { redisConfig } from '../../infra/redis/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'

export interface Looks {
  /** The most looks of any gateway since the latest end of a sign-in was told; Infinity: none was. */
  sinceTold(): number
  stop(): void
}

export async function watchLooks(env: Readonly<Record<string, string>>): Promise<Looks> {
  const redis = createRedis(readEnv(env, redisConfig), createLogger('test', 'silent'))
  const monitor = await redis.monitor()
  redis.disconnect()
  let byGateway: Map<string, number> | undefined
  monitor.on('monitor', (_time: string, [command = '', key = '']: string[], source: string) => {
    if (!key.endsWith('ended-sign-ins')) return
    if (/^zadd$/i.test(command)) byGateway = new Map()
    if (/^zrange$/i.test(command)) byGateway?.set(source, (byGateway.get(source) ?? 0) + 1)
  })
  return {
    sinceTold: () => (byGateway === undefined ? Number.POSITIVE_INFINITY : Math.max(0, ...byGateway.values())),
    stop: () => monitor.disconnect(),
  }
}
