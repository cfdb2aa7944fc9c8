/**
 * Owns what the worker `recommend` and the gateways share in Redis. Lists belong to an edition: one that was begun anew is written
 * whole before readers are told of it, so that nobody reads lists of two learnings. A list is one value: nobody reads half of it.
 */

import {
  type Neighbours,
  packNeighbours,
  packPopular,
  unpackNeighbours,
  unpackPopular,
} from '../../protocol/events/neighbours.ts'
import type { Redis } from './client.ts'

export interface Learned {
  /** 0: nothing was learned yet. */
  readonly edition: number
  /** What is heard most, by country; under '' everywhere. */
  readonly popular: ReadonlyMap<string, readonly string[]>
}

/** What the gateways read. */
export interface NeighbourSource {
  learned(): Promise<Learned>
  /** In the order of `trackIds`; undefined where there is no list. */
  neighbours(edition: number, trackIds: readonly string[]): Promise<readonly (Neighbours | undefined)[]>
}

/** The state of the learner, by partition: bytes that say up to which offset they know. */
export type LearnerState = ReadonlyMap<number, Uint8Array>

export interface NeighbourStore extends NeighbourSource {
  /** The one that is read now; 0: none. */
  edition(): Promise<number>
  newEdition(): Promise<number>
  /** @param lists undefined: the track has no list any more */
  write(edition: number, lists: ReadonlyMap<string, Neighbours | undefined>): Promise<void>
  writePopular(edition: number, popular: ReadonlyMap<string, readonly string[]>): Promise<void>
  /** From now on this is the one to be read; what is left of others goes. */
  publish(edition: number): Promise<void>
  state(): Promise<LearnerState>
  saveState(partition: number, bytes: Uint8Array): Promise<void>
}

const PREFIX = 'segue:recommend'
const EDITION = `${PREFIX}:edition`
const STATE = `${PREFIX}:state`
const listKey = (edition: number, trackId: string) => `${PREFIX}:${edition}:track:${trackId}`
const popularKey = (edition: number) => `${PREFIX}:${edition}:popular`
const SCANNED = 500

export function createNeighbourStore(redis: Redis): NeighbourStore {
  const readEdition = async () => Number((await redis.get(EDITION)) ?? 0)
  return {
    edition: readEdition,
    async learned() {
      const edition = await readEdition()
      if (edition === 0) return { edition, popular: new Map() }
      const fields = Object.entries(await redis.hgetallBuffer(popularKey(edition)))
      const lists = fields.map(([country, bytes]) => [country, unpackPopular(bytes) ?? []] as const)
      return { edition, popular: new Map(lists) }
    },
    async neighbours(edition, trackIds) {
      // Each by itself, in one round: a cluster has them in many slots.
      const found = await Promise.all(trackIds.map((trackId) => redis.getBuffer(listKey(edition, trackId))))
      return found.map((bytes) => (bytes === null ? undefined : unpackNeighbours(bytes)))
    },
    // By the clock: should Redis lose all, no number comes again that somebody still writes for.
    newEdition: async () => Math.max(Date.now(), (await readEdition()) + 1),
    async write(edition, lists) {
      await Promise.all(
        [...lists].map(([trackId, list]) =>
          list === undefined
            ? redis.unlink(listKey(edition, trackId))
            : redis.set(listKey(edition, trackId), Buffer.from(packNeighbours(list))),
        ),
      )
    },
    async writePopular(edition, popular) {
      const [full, empty] = [
        [...popular].filter(([, ids]) => ids.length > 0),
        [...popular].filter(([, ids]) => !ids.length),
      ]
      const key = popularKey(edition)
      if (full.length > 0)
        await redis.hset(key, ...full.flatMap(([country, ids]) => [country, Buffer.from(packPopular(ids))]))
      if (empty.length > 0) await redis.hdel(key, ...empty.map(([country]) => country))
    },
    async publish(edition) {
      await redis.set(EDITION, edition)
      const own = [`${PREFIX}:${edition}:`, EDITION, STATE]
      for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
        const [next, keys] = await redis.scan(cursor, 'MATCH', `${PREFIX}:*`, 'COUNT', SCANNED)
        const old = keys.filter((key) => !own.some((prefix) => key.startsWith(prefix)))
        await Promise.all(old.map((key) => redis.unlink(key)))
        cursor = next
      }
    },
    async state() {
      const fields = await redis.hgetallBuffer(STATE)
      return new Map(Object.entries(fields).map(([partition, bytes]) => [Number(partition), new Uint8Array(bytes)]))
    },
    async saveState(partition, bytes) {
      await redis.hset(STATE, String(partition), Buffer.from(bytes))
    },
  }
}
