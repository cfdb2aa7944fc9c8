/** Owns the fan-out of one message to ten thousand sockets, one at a time and eight at once. */

import { createRedis, type Redis } from '../../../infra/redis/client.ts'
import { redisConfig } from '../../../infra/redis/config.ts'
import { tellAllGateways } from '../../../infra/redis/gateway-channel.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { createLogger } from '../../../infra/runtime/log.ts'
import { HOST } from '../../../infra/stack/ports.ts'
import { publishByCentrifugo } from '../centrifugo.ts'
import { bringIn, cpuUs, percent, type Rig, whileMetered, withServer } from '../rig.ts'
import type { ServerName } from '../servers.ts'
import type { Work } from './work.ts'

const CLIENTS = { usual: 10_000, quick: 200 }
const ROUNDS = { usual: 20, quick: 3 }
const WARM_ROUNDS = 3
const HEARD_WITHIN_MS = 30_000
const TEXT = 'm'.repeat(60)

/** Tells all `times` messages at once. */
type Publish = (times: number) => Promise<void>

export function fanOut(times: number): Work {
  return {
    title: `fan-out to ${CLIENTS.usual.toLocaleString('en')}, ${times} at once`,
    servers: ['uws-publish', 'segue', 'ws', 'socketio', 'centrifugo'],
    figures: {
      per_second: 'deliveries/s',
      cpu_us: 'server CPU a delivery, µs',
      p50_ms: 'p50 from the word to the client, ms',
      p99_ms: 'p99, ms',
      server_percent: 'server CPU, %',
      generator_percent: 'generator CPU, %',
    },
    compared: 'per_second',
    async run(rig, name, note) {
      const of = rig.quick ? 'quick' : 'usual'
      const clients = CLIENTS[of]
      const env = { SEGUE_HEARTBEAT_INTERVAL_MS: '120000', SEGUE_LEASE_MS: '600000' }
      return await withServer(rig, name, { env }, async (server) => {
        note(`to ${clients} clients`)
        await bringIn(rig, { name, ports: [server.port], clients, chatter: 'fan', plays: false })
        return await withPublish(rig, name, server.port, async (publish) => {
          const round = async () => {
            await rig.generator.ask({ do: 'listen' })
            await publish(times)
            const said = await rig.generator.ask({
              ...{ do: 'hear', deliveries: clients * times, withinMs: HEARD_WITHIN_MS },
            })
            if (said.answers < clients * times)
              throw new Error(`only ${said.answers} of ${clients * times} messages arrived`)
            return said
          }
          for (let i = 0; i < WARM_ROUNDS; i += 1) await round()
          note('measuring')
          const { load, result } = await whileMetered(rig, [server], async () => {
            const rounds = []
            for (let i = 0; i < ROUNDS[of]; i += 1) rounds.push(await round())
            return rounds
          })
          const deliveries = clients * times * ROUNDS[of]
          const seconds = result.reduce((sum, said) => sum + said.seconds, 0)
          const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
          return {
            per_second: deliveries / seconds,
            cpu_us: cpuUs(load, deliveries),
            p50_ms: middle(result.map(({ ms }) => ms.p50)),
            p99_ms: middle(result.map(({ ms }) => ms.p99)),
            server_percent: percent({ ...load, seconds }, 'server'),
            generator_percent: percent({ ...load, seconds }, 'generators'),
          }
        })
      })
    },
  }
}

async function withPublish<T>(
  rig: Rig,
  name: ServerName,
  port: number,
  work: (publish: Publish) => Promise<T>,
): Promise<T> {
  if (name === 'centrifugo') return await work((times) => publishByCentrifugo(port, times, { text: TEXT }))
  if (name !== 'segue') {
    return await work(async (times) => {
      const answer = await fetch(`http://${HOST}:${port}/publish/${times}`, { method: 'POST' })
      await answer.arrayBuffer()
    })
  }
  const redis = createRedis(readEnv(rig.yard.env, redisConfig), createLogger('bench', 'warn'))
  try {
    return await work((times) => announceByRedis(redis, times))
  } finally {
    redis.disconnect()
  }
}

/** As `segue announce` does, and eight of them in one go. */
async function announceByRedis(redis: Redis, times: number): Promise<void> {
  const message = { type: 'notice', notice: 'service', text: TEXT } as const
  await Promise.all(Array.from({ length: times }, () => tellAllGateways(redis, { kind: 'announced', message })))
}
