/** Owns the word between gateways: a session that was taken by one is let go by the other at once, not at its next save. */

import type { Redis } from '../infra/redis/client.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'

export interface GatewayBus {
  /** Tells `gatewayId` that its session was taken with `epoch`. Best effort: its next save would tell it too. */
  tellTaken(gatewayId: string, sessionId: string, epoch: number): void
}

const channelOf = (gatewayId: string) => `segue:gateway:${gatewayId}`

export interface GatewayBusParts {
  readonly gatewayId: string
  readonly redis: Redis
  readonly log: Logger
  /** Another gateway took `sessionId`, with `epoch`. */
  readonly taken: (sessionId: string, epoch: number) => void
}

export function createGatewayBus({ gatewayId, redis, log, taken }: GatewayBusParts): GatewayBus & Service {
  const listening = redis.duplicate({ lazyConnect: true, maxRetriesPerRequest: null })
  listening.on('error', (error: unknown) => log.debug({ err: error }, 'the channel between gateways is broken'))
  listening.on('message', (_channel, text) => {
    const [sessionId, epoch] = text.split(' ')
    if (sessionId !== undefined && epoch !== undefined) taken(sessionId, Number(epoch))
  })
  return {
    name: 'gateway-bus',
    tellTaken(to, sessionId, epoch) {
      redis
        .publish(channelOf(to), `${sessionId} ${epoch}`)
        .catch((error: unknown) => log.warn({ err: error }, 'another gateway was not told of a taken session'))
    },
    async start() {
      // Subscribed again by itself whenever Redis comes back; a gateway starts without it, too.
      listening.subscribe(channelOf(gatewayId)).catch((error: unknown) => {
        log.warn({ err: error }, 'no channel between gateways yet')
      })
    },
    async stop() {
      listening.disconnect()
    },
  }
}
