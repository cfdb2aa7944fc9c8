/** Owns what a worker is to the process that runs it. */

import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { Tracing } from '../infra/tracing/tracing.ts'
import type { WorkersConfig } from './config.ts'
import type { WorkerMetrics } from './metrics.ts'

export interface Worker extends Service {
  /** Whether it is at work: connected, and its last attempt went well. */
  ready(): boolean
}

export interface WorkerContext {
  readonly config: WorkersConfig
  readonly metrics: WorkerMetrics
  readonly tracing: Tracing
  readonly log: Logger
}

export type CreateWorker = (context: WorkerContext) => Worker

/** What the batch under way of a worker may take when the process ends; workers end side by side. */
export const DRAIN_WITHIN_MS = 3_000
