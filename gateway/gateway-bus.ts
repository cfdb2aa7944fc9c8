/** Owns the channel between gateways. Best effort: that a session or its lease went elsewhere, or that there is a later list of devices, is found out by the next save or beat, too; what is asked of a device and gets lost is asked again. */

import type { Redis } from '../infra/redis/client.ts'
import { ALL_GATEWAYS, gatewayChannel } from '../infra/redis/gateway-channel.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import { plainMsgpack } from '../protocol/plain-msgpack.ts'
import type { GatewayWord } from './gateway-word.ts'

/** One whose channel broke is heard of again after this. */
const ABSENT_FOR_MS = 1_000

export interface GatewayBus {
  /** Tells `gatewayId`, this one among them; false: it is not there, or is this one and the session has no socket. */
  tell(gatewayId: string, word: GatewayWord): Promise<boolean>
}

export interface GatewayBusParts {
  readonly gatewayId: string
  readonly redis: Redis
  readonly log: Logger
  /** False: it was for a session that has no socket here. */
  readonly hear: (word: GatewayWord) => boolean
  /** A word of another gateway, which cannot be told, was for such a session. */
  readonly missed: () => void
}

export function createGatewayBus({ gatewayId, redis, log, hear, missed }: GatewayBusParts): GatewayBus & Service {
  const listening = redis.duplicate({ lazyConnect: true, maxRetriesPerRequest: null })
  listening.on('error', (error: unknown) => log.debug({ err: error }, 'the channel between gateways is broken'))
  listening.on('messageBuffer', (_channel: Buffer, bytes: Buffer) => {
    try {
      if (!hear(plainMsgpack.unpack(bytes) as GatewayWord)) missed()
    } catch (error) {
      // Of a gateway of another version, perhaps: what one word says is not worth the sockets of all.
      log.error({ err: error }, 'a word of another gateway could not be understood')
    }
  })
  /** Gateways that did not hear, and when: after one has died, thousands of its sessions come here within seconds. */
  const absent = new Map<string, number>()
  const isAbsent = (to: string): boolean => {
    const atMs = absent.get(to)
    if (atMs === undefined) return false
    if (performance.now() - atMs < ABSENT_FOR_MS) return true
    absent.delete(to)
    return false
  }
  return {
    name: 'gateway-bus',
    async tell(to, word) {
      if (to === gatewayId) return hear(word)
      if (isAbsent(to)) return false
      try {
        const heard = (await redis.publish(gatewayChannel(to), Buffer.from(plainMsgpack.pack(word)))) > 0
        if (!heard) absent.set(to, performance.now())
        return heard
      } catch (error) {
        log.warn({ err: error, word: word.kind }, 'another gateway could not be told')
        return false
      }
    },
    async start() {
      // Subscribed again by itself whenever Redis comes back; a gateway starts without it, too.
      listening.subscribe(gatewayChannel(gatewayId), ALL_GATEWAYS).catch((error: unknown) => {
        log.warn({ err: error }, 'no channel between gateways yet')
      })
    },
    async stop() {
      listening.disconnect()
    },
  }
}
