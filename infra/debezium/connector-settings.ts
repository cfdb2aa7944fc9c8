/** Owns what the connector is told: which changes it follows, and where it tells of them. */

import { TOPICS } from '../../protocol/events/topics.ts'
import { addressVariable } from '../postgres/roles.ts'
import type { EnvRecord } from '../stack/env-file.ts'
import { CAPTURE } from './capture.ts'

export const CONNECTOR_NAME = 'segue-catalog'
export const PASSWORD_VARIABLE = 'SEGUE_CAPTURE_PASSWORD'
export const KAFKA_PASSWORD_VARIABLE = 'SEGUE_CAPTURE_KAFKA_PASSWORD'
export const KAFKA_KEY_VARIABLE = 'SEGUE_CAPTURE_KAFKA_KEY'
const PREFIX = 'catalog'

/** Of what else is written, nothing comes here: without it the slot would hold the log of all of that. */
const HEARTBEAT_MS = 10_000

const route = (name: string, what: string, topic: string) => ({
  [`transforms.${name}.type`]: 'org.apache.kafka.connect.transforms.RegexRouter',
  [`transforms.${name}.regex`]: `${PREFIX}\\.${what}`,
  [`transforms.${name}.replacement`]: topic,
})

export function connectorSettings(env: EnvRecord): Readonly<Record<string, string | number | boolean>> {
  const address = new URL(env[addressVariable('capture')] ?? '')
  return {
    name: CONNECTOR_NAME,
    'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
    'tasks.max': 1,
    'database.hostname': address.hostname,
    'database.port': address.port || 5_432,
    'database.dbname': address.pathname.slice(1),
    'database.user': decodeURIComponent(address.username),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect replaces it.
    'database.password': '${env:SEGUE_CAPTURE_PASSWORD}',
    'plugin.name': 'pgoutput',
    'slot.name': CAPTURE,
    'publication.name': CAPTURE,
    'publication.autocreate.mode': 'disabled',
    // What is there already is read by whoever builds an index, and not sent through Kafka.
    'snapshot.mode': 'no_data',
    'topic.prefix': PREFIX,
    // One topic for all tables: what a reader is to look at anew it finds out itself.
    transforms: 'changes,heartbeats',
    ...route('changes', 'public\\..*', TOPICS.catalogChanges.name),
    ...route('heartbeats', 'message', TOPICS.catalogHeartbeats.name),
    'message.key.columns': 'public.tracks:track_id;public.track_popularity:track_id;public.playlist_tracks:playlist_id',
    'tombstones.on.delete': false,
    'poll.interval.ms': 20,
    'heartbeat.interval.ms': HEARTBEAT_MS,
    'heartbeat.action.query': "SELECT pg_logical_emit_message(false, 'segue.heartbeat', '')",
    'topic.heartbeat.prefix': TOPICS.catalogHeartbeats.name.slice(0, -PREFIX.length - 1),
    'errors.max.retries': -1,
    'producer.override.linger.ms': 0,
  }
}
