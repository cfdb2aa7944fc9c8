/** Owns the table of systems that the doctor asks: where each is configured, which question it answers with its version, and what a start of it is called. */

import { Redis } from 'ioredis'
import pg from 'pg'
import { createKafka } from '../kafka/client.ts'
import { kafkaConfig } from '../kafka/config.ts'
import { loginVariables } from '../kafka/users.ts'
import { probeHttps } from '../nginx/probe.ts'
import { addressVariable } from '../postgres/roles.ts'
import { readEnv } from '../runtime/env.ts'
import type { EnvRecord } from '../stack/env-file.ts'

export interface System {
  readonly title: string
  /** Of its address: where it is not set, nothing is asked. */
  readonly variable: string
  /** What starts it. */
  readonly start: string
  /** A start leaves it out, and knows its address all the same. */
  readonly optional?: true
  /** Versions that this project was made for. */
  readonly expects?: { readonly pattern: RegExp; readonly text: string }
  /** Its version, or a few words about its state; throws what the attempt threw. */
  ask(address: string, env: EnvRecord): Promise<string>
}

const WITHIN_MS = 3_000

const START = 'npm start'
const byName = (name: string) => `npm run stack -- ${name}`

async function getJson(address: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const answer = await fetch(address, { headers, signal: AbortSignal.timeout(WITHIN_MS) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`it answers ${answer.status}: ${text.slice(0, 120)}`)
  return JSON.parse(text)
}

/** Of a program of ours: ready, and what it does without. */
async function ready(address: string): Promise<string> {
  const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(WITHIN_MS) })
  const { why, degraded } = (await answer.json()) as { why?: string; degraded: readonly string[] }
  if (!answer.ok) throw new Error(`it is not ready: ${why}`)
  return degraded.length === 0 ? 'ready' : `ready, without ${degraded.join(', ')}`
}

/** In the order in which one needs the other. */
export const SYSTEMS: readonly System[] = [
  {
    title: 'PostgreSQL',
    // The owner of the schema has it on a development machine, a gateway's role elsewhere.
    variable: addressVariable('gateway'),
    start: START,
    expects: { pattern: /^16\./, text: '16' },
    async ask(address) {
      const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: WITHIN_MS })
      client.on('error', () => undefined)
      try {
        await client.connect()
        const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
        return rows[0]?.server_version ?? ''
      } finally {
        await client.end()
      }
    },
  },
  {
    title: 'Redis',
    variable: 'SEGUE_REDIS_URL',
    start: START,
    expects: { pattern: /^[78]\./, text: '7 or 8' },
    async ask(address) {
      const options = {
        lazyConnect: true,
        connectTimeout: WITHIN_MS,
        maxRetriesPerRequest: 0,
        retryStrategy: () => null,
      }
      const redis = new Redis(address, options)
      let cause: Error | undefined
      redis.on('error', (error) => {
        cause = error
      })
      try {
        await redis.connect()
        return /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? ''
      } catch (error) {
        throw cause ?? error
      } finally {
        redis.disconnect()
      }
    },
  },
  {
    title: 'Kafka',
    variable: 'SEGUE_KAFKA_BROKERS',
    start: START,
    async ask(address, env) {
      // Whoever has the admin's password sees all topics, a gateway its own.
      const user = env[loginVariables('admin').password] ? 'admin' : 'gateway'
      const config = readEnv({ ...env, SEGUE_KAFKA_BROKERS: address }, (read) => kafkaConfig(read, user))
      const admin = createKafka(config, 'segue-doctor').admin({ retry: { retries: 0 } })
      try {
        await admin.connect()
        const { brokers: there } = await admin.describeCluster()
        const topics = await admin.listTopics()
        return `${there.length} broker${there.length === 1 ? '' : 's'}, ${topics.length} topics`
      } finally {
        await admin.disconnect()
      }
    },
  },
  {
    title: 'ClickHouse',
    variable: 'SEGUE_CLICKHOUSE_URL',
    start: START,
    async ask(address) {
      const { origin, username, password } = new URL(address)
      const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': decodeURIComponent(password) }
      const answer = await fetch(origin, {
        method: 'POST',
        body: 'SELECT version()',
        headers,
        signal: AbortSignal.timeout(WITHIN_MS),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${text.slice(0, 120)} (${answer.status})`)
      return text.trim()
    },
  },
  {
    title: 'MinIO',
    variable: 'SEGUE_MINIO_URL',
    start: START,
    async ask(address) {
      const answer = await fetch(new URL('/minio/health/ready', address), { signal: AbortSignal.timeout(WITHIN_MS) })
      if (!answer.ok) throw new Error(`it answers ${answer.status}`)
      return 'ready'
    },
  },
  {
    title: 'Issuer',
    variable: 'SEGUE_ISSUER_URL',
    start: START,
    async ask(address, env) {
      const discovery = await getJson(`${address}/.well-known/openid-configuration`)
      const { issuer, jwks_uri } = discovery as { issuer: string; jwks_uri: string }
      if (issuer !== address) throw new Error(`it calls itself ${issuer}: set SEGUE_ISSUER_URL to that`)
      const { keys } = (await getJson(env.SEGUE_JWKS_URL || jwks_uri)) as { keys: readonly unknown[] }
      return `${keys.length} key${keys.length === 1 ? '' : 's'}`
    },
  },
  {
    title: 'OpenSearch',
    variable: 'SEGUE_OPENSEARCH_URL',
    start: byName('opensearch'),
    async ask(address) {
      const { version } = (await getJson(address)) as { version: { number: string } }
      return version.number
    },
  },
  {
    title: 'Debezium',
    variable: 'SEGUE_DEBEZIUM_URL',
    start: byName('debezium'),
    async ask(address) {
      const { version } = (await getJson(address)) as { version: string }
      return version
    },
  },
  {
    title: 'Superset',
    variable: 'SEGUE_SUPERSET_URL',
    start: byName('superset'),
    optional: true,
    async ask(address) {
      const answer = await fetch(`${address}/health`, { signal: AbortSignal.timeout(WITHIN_MS) })
      if (!answer.ok) throw new Error(`it answers ${answer.status}`)
      return 'ready'
    },
  },
  {
    title: 'Airflow',
    variable: 'SEGUE_AIRFLOW_URL',
    start: byName('airflow'),
    optional: true,
    async ask(address) {
      const { version } = (await getJson(`${address}/api/v2/version`)) as { version: string }
      return version
    },
  },
  { title: 'Gateway', variable: 'SEGUE_GATEWAY_PORT', start: START, ask: async (address) => await ready(address) },
  { title: 'Workers', variable: 'SEGUE_WORKERS_PORT', start: START, ask: async (address) => await ready(address) },
  {
    title: 'NGINX',
    variable: 'SEGUE_NGINX_URL',
    start: byName('nginx'),
    async ask(address, { SEGUE_NGINX_AUTHORITY = '' }) {
      if (SEGUE_NGINX_AUTHORITY === '') {
        const answer = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(WITHIN_MS) })
        if (!answer.ok) throw new Error(`it answers ${answer.status}`)
      } else await probeHttps(`${address}/healthz`, SEGUE_NGINX_AUTHORITY)
      return 'answers'
    },
  },
]
