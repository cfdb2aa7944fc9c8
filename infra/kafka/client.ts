/** Owns the making of Kafka clients, and the way their log lines join ours. */

import { Kafka, logLevel } from 'kafkajs'
import type { Logger } from '../runtime/log.ts'
import type { KafkaConfig } from './config.ts'

const CONNECTION_TIMEOUT_MS = 2_000
const REQUEST_TIMEOUT_MS = 4_000

/** @param clientId names the process in the broker's logs. */
export function createKafka(config: KafkaConfig, clientId: string, log?: Logger): Kafka {
  return new Kafka({
    clientId,
    brokers: [...config.brokers],
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.WARN,
    // The library says "error" of what it will retry; what ends in failure is thrown, and logged by whoever catches it.
    logCreator: () => (entry) => log?.debug({ kafka: entry.log, namespace: entry.namespace }, entry.log.message),
  })
}
