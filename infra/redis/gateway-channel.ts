/** Owns the channels on which gateways are told of what they hold, and which of them hold a device of an account. */

import type { AnnouncedWord } from '../../protocol/events/account-word.ts'
import { plainMsgpack } from '../../protocol/plain-msgpack.ts'
import { accountKey, type SeenDevice } from './account-store.ts'
import type { Redis } from './client.ts'

export const gatewayChannel = (gatewayId: string): string => `segue:gateway:${gatewayId}`

/** Every gateway listens to this one, too. */
export const ALL_GATEWAYS = 'segue:gateways'

/** Says `word` to every gateway. @returns how many were listening. */
export function tellAllGateways(redis: Redis, word: AnnouncedWord): Promise<number> {
  return redis.publish(ALL_GATEWAYS, Buffer.from(plainMsgpack.pack(word)))
}

/** Says `word` to every gateway where a device of the account was heard lately. @returns how many were listening. */
export async function tellGatewaysOf(redis: Redis, accountId: string, word: object): Promise<number> {
  const bytes = Buffer.from(plainMsgpack.pack(word))
  const told = await Promise.all(
    (await gatewaysOf(redis, accountId)).map((gatewayId) => redis.publish(gatewayChannel(gatewayId), bytes)),
  )
  return told.filter((listening) => listening > 0).length
}

async function gatewaysOf(redis: Redis, accountId: string): Promise<readonly string[]> {
  const [fields, [seconds = 0]] = await Promise.all([redis.hgetallBuffer(accountKey(accountId)), redis.time()])
  const sessions = Object.entries(fields).filter(([name]) => name.startsWith('session:'))
  const here = sessions
    .map(([, bytes]) => plainMsgpack.unpack(bytes) as SeenDevice & { readonly seen_until: number })
    .filter(({ seen_until }) => seen_until > Number(seconds) * 1_000)
  return [...new Set(here.map(({ gateway_id }) => gateway_id))]
}
