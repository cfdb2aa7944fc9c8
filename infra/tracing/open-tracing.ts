/** Owns whether anything is followed at all: OpenTelemetry is loaded only where there is a collector, as programs must start fast. */

import type { Logger } from '../runtime/log.ts'
import { NO_TRACING, type Tracing, type TracingConfig } from './tracing.ts'

/** @param service as it is called in the traces */
export async function openTracing({ url, perMillion }: TracingConfig, service: string, log: Logger): Promise<Tracing> {
  if (url === undefined || perMillion === 0) return NO_TRACING
  const { createTracing } = await import('./otlp.ts')
  return createTracing(url, perMillion, service, log)
}
