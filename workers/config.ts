/** Owns the configuration of the workers. */

import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { kafkaConfig } from '../infra/kafka/config.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { redisConfig } from '../infra/redis/config.ts'
import type { EnvReader } from '../infra/runtime/env.ts'

export type WorkersConfig = ReturnType<typeof workersConfig>

export const workersConfig = (read: EnvReader) => ({
  host: read.text('SEGUE_WORKERS_HOST', '127.0.0.1'),
  port: read.integer('SEGUE_WORKERS_PORT', { min: 0, max: 65_535, fallback: 18_081 }),
  reaperIntervalMs: read.integer('SEGUE_REAPER_INTERVAL_MS', { min: 50, max: 600_000, fallback: 2_000 }),
  kafka: kafkaConfig(read),
  clickhouse: clickhouseConfig(read),
  postgres: postgresConfig(read),
  redis: redisConfig(read),
})
