/** Owns the recommender over its servers: what was learned from Redis, tracks and tastes from PostgreSQL. */

import { readTaste, writeDismissed } from '../infra/catalog/listener-taste.ts'
import { readSuggestible, readTrackLimits, type TrackLimits } from '../infra/catalog/suggestible-tracks.ts'
import type { Pool } from '../infra/postgres/client.ts'
import type { Redis } from '../infra/redis/client.ts'
import { createNeighbourStore, type Learned } from '../infra/redis/neighbour-store.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { Dependencies } from './dependencies.ts'
import { createKept } from './kept.ts'
import type { Metrics } from './metrics.ts'
import { createRecommender, type Recommender } from './recommender.ts'

/** How soon a withdrawn track is suggested no more. */
const LIMITS_EVERY_MS = 5_000
const LEARNED_EVERY_MS = 1_000
const NOTHING: Learned = { edition: 0, popular: new Map() }

export interface LiveRecommenderParts {
  readonly pool: Pool
  readonly redis: Redis
  readonly dependencies: Pick<Dependencies, 'redis' | 'postgres'>
  readonly metrics: Metrics
  readonly log: Logger
}

export function createLiveRecommender(parts: LiveRecommenderParts): Recommender & { readonly services: Service[] } {
  const { pool, dependencies, metrics, log } = parts
  const { redis, postgres } = dependencies
  const source = createNeighbourStore(parts.redis)
  const limits = createKept<ReadonlyMap<string, TrackLimits>>({
    name: 'limits of tracks',
    first: new Map(),
    read: () => readTrackLimits(pool),
    server: postgres,
    everyMs: LIMITS_EVERY_MS,
    log,
  })
  const learned = createKept({
    name: 'what was learned',
    first: NOTHING,
    read: () => source.learned(),
    server: redis,
    everyMs: LEARNED_EVERY_MS,
    log,
  })
  const recommender = createRecommender({
    learned: () => learned.now,
    limits: () => limits.now,
    source,
    readTracks: (trackIds) => readSuggestible(pool, trackIds),
    readTaste: (accountId) => readTaste(pool, accountId),
    writeDismissed: (accountId, trackId) => writeDismissed(pool, accountId, trackId),
    redis,
    postgres,
    metrics,
    log,
  })
  return { ...recommender, services: [limits, learned] }
}
