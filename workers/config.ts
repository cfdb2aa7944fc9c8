/** Owns the configuration of the workers: what each of them reads, its secrets among that, and nothing that only another needs. */

import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { kafkaConfig } from '../infra/kafka/config.ts'
import { opensearchConfig } from '../infra/opensearch/config.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { redisConfig } from '../infra/redis/config.ts'
import type { EnvReader } from '../infra/runtime/env.ts'
import { tracingConfig } from '../infra/tracing/tracing.ts'
import { travelLimits } from './sharing/detector/travel-limits.ts'

/** Of the process, whichever workers it runs. */
export const processConfig = (read: EnvReader) => ({
  host: read.text('SEGUE_WORKERS_HOST', '127.0.0.1'),
  port: read.integer('SEGUE_WORKERS_PORT', { min: 0, max: 65_535, fallback: 18_081 }),
  tracing: tracingConfig(read),
})

/** By worker. Each that signs in to Kafka or PostgreSQL does so as a user of its own. */
const SHAPES = {
  ingest: (read: EnvReader) => ({ kafka: kafkaConfig(read, 'ingest'), clickhouse: clickhouseConfig(read) }),
  royalties: (read: EnvReader) => ({
    kafka: kafkaConfig(read, 'royalties'),
    postgres: postgresConfig(read, 'royalties'),
  }),
  reaper: (read: EnvReader) => ({
    intervalMs: read.integer('SEGUE_REAPER_INTERVAL_MS', { min: 50, max: 600_000, fallback: 2_000 }),
    /** As the gateways have it: the reaper's patience is measured by it. */
    leaseMs: read.integer('SEGUE_LEASE_MS', { min: 300, max: 600_000, fallback: 45_000 }),
    kafka: kafkaConfig(read, 'reaper'),
    redis: redisConfig(read),
  }),
  sharing: (read: EnvReader) => ({
    /** `shadow`: cases are recorded and nobody is told. `nudge`: the account is asked to verify its household. */
    mode: read.choice('SEGUE_SHARING_MODE', ['shadow', 'nudge'], 'shadow'),
    /** The score from which an account is a case, and from which it is asked. */
    caseFrom: read.integer('SEGUE_SHARING_CASE_FROM_PERCENT', { min: 1, max: 100, fallback: 50 }) / 100,
    nudgeFrom: read.integer('SEGUE_SHARING_NUDGE_FROM_PERCENT', { min: 1, max: 100, fallback: 80 }) / 100,
    /** How fast is faster than anyone travels, and from which distance on: what is known of places is not exact. */
    travel: travelLimits(read, 'SEGUE_SHARING_TRAVEL'),
    /** Which networks are servers, relays or mobile, in front of the table that is built in; none unless set. */
    networksFile: read.text('SEGUE_SHARING_NETWORKS_FILE', ''),
    nudgeEveryDays: read.integer('SEGUE_SHARING_NUDGE_EVERY_DAYS', { min: 1, max: 3_650, fallback: 30 }),
    /** What is lost in a crash is read again: so much of the topic. */
    checkpointMs: read.integer('SEGUE_SHARING_CHECKPOINT_MS', { min: 50, max: 3_600_000, fallback: 30_000 }),
    /** States that are kept in memory between checkpoints; of all others PostgreSQL is asked when they play again. */
    accountsInMemory: read.integer('SEGUE_SHARING_ACCOUNTS_IN_MEMORY', { min: 1, max: 100_000_000, fallback: 50_000 }),
    /** How often the states of silent accounts are looked through for what is older than 28 days. */
    expiryMs: read.integer('SEGUE_SHARING_EXPIRY_MS', { min: 50, max: 86_400_000, fallback: 600_000 }),
    kafka: kafkaConfig(read, 'sharing'),
    postgres: postgresConfig(read, 'sharing'),
    redis: redisConfig(read),
  }),
  rollups: (read: EnvReader) => ({
    /** How far the rollups are behind, at the least. */
    intervalMs: read.integer('SEGUE_ROLLUP_INTERVAL_MS', { min: 50, max: 3_600_000, fallback: 5_000 }),
    /** How long after its end an hour closes: what is written later is late, and in no rollup. */
    closeAfterMs: read.integer('SEGUE_ROLLUP_CLOSE_AFTER_MINUTES', { min: 1, max: 43_200, fallback: 120 }) * 60_000,
    clickhouse: clickhouseConfig(read),
    postgres: postgresConfig(read, 'rollups'),
  }),
  ads: (read: EnvReader) => ({
    kafka: kafkaConfig(read, 'ads'),
    postgres: postgresConfig(read, 'ads'),
    clickhouse: clickhouseConfig(read),
    redis: redisConfig(read),
  }),
  recommend: (read: EnvReader) => ({
    /** So many of the latest sessions are learned from: what the worker has in memory, and in Redis for its next start. */
    sessions: read.integer('SEGUE_RECOMMEND_SESSIONS', { min: 100, max: 10_000_000, fallback: 200_000 }),
    /** How often lists that changed go to the gateways, and how many at most. */
    publishMs: read.integer('SEGUE_RECOMMEND_PUBLISH_MS', { min: 50, max: 3_600_000, fallback: 1_000 }),
    mostLists: read.integer('SEGUE_RECOMMEND_MOST_LISTS', { min: 1, max: 1_000_000, fallback: 2_000 }),
    /** What is lost in a crash is read again: so much of the topic. */
    checkpointMs: read.integer('SEGUE_RECOMMEND_CHECKPOINT_MS', { min: 50, max: 3_600_000, fallback: 30_000 }),
    /** How soon a withdrawn track is in no list any more. */
    catalogMs: read.integer('SEGUE_RECOMMEND_CATALOG_MS', { min: 50, max: 3_600_000, fallback: 10_000 }),
    kafka: kafkaConfig(read, 'recommend'),
    postgres: postgresConfig(read, 'recommend'),
    redis: redisConfig(read),
  }),
  partitions: (read: EnvReader) => ({
    /** How often months are made ahead and retired, give or take a tenth. */
    intervalMs: read.integer('SEGUE_PARTITIONS_INTERVAL_MS', { min: 50, max: 604_800_000, fallback: 86_400_000 }),
    postgres: postgresConfig(read, 'maintenance'),
  }),
  jobs: (read: EnvReader) => ({
    /** How often it is looked at when jobs ran. */
    intervalMs: read.integer('SEGUE_JOBS_INTERVAL_MS', { min: 50, max: 3_600_000, fallback: 30_000 }),
    postgres: postgresConfig(read, 'maintenance'),
  }),
  search: (read: EnvReader) => ({
    /** How often it is looked at how popular tracks are. */
    popularityMs: read.integer('SEGUE_SEARCH_POPULARITY_MS', { min: 50, max: 86_400_000, fallback: 600_000 }),
    kafka: kafkaConfig(read, 'search'),
    postgres: postgresConfig(read, 'search'),
    opensearch: opensearchConfig(read),
  }),
} as const satisfies Record<string, (read: EnvReader) => object>

export type WorkerName = keyof typeof SHAPES
export type WorkerConfigs = { readonly [Name in WorkerName]: ReturnType<(typeof SHAPES)[Name]> }

export const WORKER_CONFIGS: { readonly [Name in WorkerName]: (read: EnvReader) => WorkerConfigs[Name] } = SHAPES
