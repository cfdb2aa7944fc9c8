/** Owns the table of the gateway's metrics. A renamed one is a breaking change. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { UP_MESSAGES, type UpType } from '../protocol/messages/up.ts'

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(openSockets: () => number) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'segue_gateway_sockets',
    help: 'open sockets',
    registers,
    collect() {
      this.set(openSockets())
    },
  })
  return {
    registry,
    frames: framesByMessage(registry),
    errors: new Counter({
      name: 'segue_gateway_errors_total',
      help: 'refused messages, by name in the table of errors',
      labelNames: ['error'] as const,
      registers,
    }),
    closes: new Counter({
      name: 'segue_gateway_closes_total',
      help: 'sockets closed by the gateway, by name in the table of close codes',
      labelNames: ['close'] as const,
      registers,
    }),
    resumes: new Counter({
      name: 'segue_gateway_resumes_total',
      help: 'resumes, by result: recovered, state, gone, used, invalid, unavailable',
      labelNames: ['result'] as const,
      registers,
    }),
    chunksSigned: new Counter({ name: 'segue_gateway_chunks_signed_total', help: 'chunk addresses signed', registers }),
    eventsAcknowledged: new Counter({
      name: 'segue_gateway_events_acknowledged_total',
      help: 'telemetry events acknowledged after acks=all',
      registers,
    }),
    recordsFailed: new Counter({
      name: 'segue_gateway_records_failed_total',
      help: 'records that Kafka did not take, by record',
      labelNames: ['record'] as const,
      registers,
    }),
    savesFailed: new Counter({
      name: 'segue_gateway_saves_failed_total',
      help: 'saves of sessions that Redis did not take',
      registers,
    }),
    ackSeconds: new Histogram({
      name: 'segue_gateway_ack_seconds',
      help: 'from the arrival of a telemetry batch to its acknowledgement',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    }),
  }
}

/** One counter a message, looked up by its name: finding a label again for every frame would cost more than the frame. */
function framesByMessage(registry: Registry): Record<UpType, { inc(): void }> {
  const frames = new Counter({
    name: 'segue_gateway_frames_total',
    help: 'valid frames of clients, by message',
    labelNames: ['message'] as const,
    registers: [registry],
  })
  const types = Object.keys(UP_MESSAGES) as UpType[]
  return Object.fromEntries(types.map((type) => [type, frames.labels(type)])) as Record<UpType, { inc(): void }>
}
