/** Owns the test of the servers themselves: each of the test stack answers, as it is configured to. */

import { createClient } from '@clickhouse/client'
import { Redis } from 'ioredis'
import { Client as MinioClient } from 'minio'
import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { TOPICS } from '../../protocol/events/topics.ts'
import { createKafka } from '../kafka/client.ts'
import { adminKafkaConfig } from '../kafka/config.ts'
import { readEnv } from '../runtime/env.ts'

const env = inject('stackEnv')
const address = (name: string) => {
  const value = env[name]
  if (value === undefined) throw new Error(`the test stack provides no ${name}`)
  return value
}

describe('the test stack', () => {
  test('has PostgreSQL 16 with logical decoding, password sign-in and the schema', async () => {
    const client = new pg.Client({ connectionString: address('SEGUE_POSTGRES_URL') })
    await client.connect()
    try {
      const settings = await client.query(
        `SELECT current_setting('server_version') AS version, current_setting('wal_level') AS wal,
                current_setting('max_connections') AS connections, to_regclass('public.tracks') IS NOT NULL AS tracks`,
      )
      expect(settings.rows[0]).toMatchObject({
        version: expect.stringMatching(/^16\./),
        wal: 'logical',
        connections: '200',
        tracks: true,
      })
    } finally {
      await client.end()
    }
    const url = new URL(address('SEGUE_POSTGRES_URL'))
    url.password = 'wrong'
    const stranger = new pg.Client({ connectionString: url.href })
    await expect(stranger.connect()).rejects.toThrow('password authentication failed')
  })

  test('has Redis 7 that keeps what it is told and wants its password', async () => {
    const redis = new Redis(address('SEGUE_REDIS_URL'))
    try {
      expect(await redis.info('server')).toMatch(/redis_version:7\./)
      expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes'])
    } finally {
      redis.disconnect()
    }
    const { hostname, port } = new URL(address('SEGUE_REDIS_URL'))
    const stranger = new Redis({ host: hostname, port: Number(port), enableReadyCheck: false })
    stranger.on('error', () => undefined)
    try {
      await expect(stranger.ping()).rejects.toThrow('NOAUTH')
    } finally {
      stranger.disconnect()
    }
  })

  test('has a Kafka broker with our topics that takes an idempotent write and gives it back to a group', async () => {
    const kafka = createKafka(readEnv(inject('stackEnv'), adminKafkaConfig), 'servers-test')
    const topic = 'servers-test'
    const admin = kafka.admin()
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    const consumer = kafka.consumer({ groupId: 'servers-test' })
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()])
    try {
      expect(await admin.listTopics()).toContain(TOPICS.playbackEvents.name)
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
      await producer.send({ topic, acks: -1, messages: [{ key: 'k', value: 'heard' }] })
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      const value = await new Promise<string | undefined>((resolve, reject) => {
        consumer
          .run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) })
          .catch((error: unknown) => reject(error))
      })
      expect(value).toBe('heard')
    } finally {
      await consumer.disconnect()
      await producer.disconnect()
      await admin.deleteTopics({ topics: [topic] })
      await admin.disconnect()
    }
  })

  test('has a ClickHouse that computes over HTTP and wants its password', async () => {
    const client = createClient({ url: address('SEGUE_CLICKHOUSE_URL') })
    try {
      const answer = await client.query({
        query: 'SELECT toString(sum(number)) AS total FROM numbers(101)',
        format: 'JSONEachRow',
      })
      expect(await answer.json()).toEqual([{ total: '5050' }])
    } finally {
      await client.close()
    }
    const url = new URL(address('SEGUE_CLICKHOUSE_URL'))
    const refused = await fetch(`${url.origin}/?query=SELECT+1`, {
      headers: { 'x-clickhouse-user': url.username, 'x-clickhouse-key': 'wrong' },
    })
    expect([401, 403, 516]).toContain(refused.status)
  })

  test('has MinIO with the bucket, closed to strangers', async () => {
    const url = new URL(address('SEGUE_MINIO_URL'))
    const client = new MinioClient({
      endPoint: url.hostname,
      port: Number(url.port),
      useSSL: false,
      accessKey: address('SEGUE_MINIO_ACCESS_KEY'),
      secretKey: address('SEGUE_MINIO_SECRET_KEY'),
    })
    const bucket = address('SEGUE_MINIO_BUCKET')
    expect(await client.bucketExists(bucket)).toBe(true)
    await client.putObject(bucket, 'servers-test', 'sound')
    expect((await fetch(await client.presignedGetObject(bucket, 'servers-test'))).status).toBe(200)
    expect((await fetch(`${url.origin}/${bucket}/servers-test`)).status).toBe(403)
    await client.removeObject(bucket, 'servers-test')
  })

  test('has an issuer whose discovery agrees with the environment, and leads to its keys', async () => {
    const issuer = address('SEGUE_ISSUER_URL')
    const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >
    expect(discovery).toMatchObject({ issuer, jwks_uri: `${issuer}/jwks` })
    const keys = (await (await fetch(discovery.jwks_uri ?? '')).json()) as { keys: { alg?: string }[] }
    expect(keys.keys.map((key) => key.alg)).toContain('ES256')
  })
})
