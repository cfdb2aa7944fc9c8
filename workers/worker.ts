/** Owns what a worker is to the process that runs it. */

import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'
import type { Tracing } from '../infra/tracing/tracing.ts'
import type { WorkerConfigs, WorkerName } from './config.ts'
import type { WorkerMetrics } from './metrics.ts'

export interface Worker extends Service {
  /** Whether it is at work: connected, and its last attempt went well. */
  ready(): boolean
}

/** What the process gives every worker. */
export interface WorkerTools {
  readonly metrics: WorkerMetrics
  readonly tracing: Tracing
  readonly log: Logger
}

export interface WorkerContext<Name extends WorkerName> extends WorkerTools {
  readonly config: WorkerConfigs[Name]
}

export type CreateWorker<Name extends WorkerName> = (context: WorkerContext<Name>) => Worker

/** What the batch under way of a worker may take when the process ends; workers end side by side. */
export const DRAIN_WITHIN_MS = 3_000
