/** Owns the test that the servers which run natively are of the versions that docker-compose.yml names. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { PROJECT_ROOT } from './folders.ts'

const text = await readFile(join(PROJECT_ROOT, 'docker-compose.yml'), 'utf8')
const { services } = parse(text) as { services: Readonly<Record<string, { readonly image: string }>> }
const versionOf = (name: string) => services[name]?.image.split(':')[1]

test('PostgreSQL, Redis and ClickHouse', async () => {
  const env = inject('stackEnv')
  const client = new pg.Client({ connectionString: env.SEGUE_POSTGRES_URL })
  await client.connect()
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  await client.end()
  expect(rows[0]?.server_version).toBe(versionOf('postgres'))

  const redis = new Redis(env.SEGUE_REDIS_URL ?? '')
  const info = await redis.info('server')
  await redis.quit()
  expect(/^redis_version:(\S+)/m.exec(info)?.[1]).toBe(versionOf('redis'))

  const { username, password, origin } = new URL(env.SEGUE_CLICKHOUSE_URL ?? '')
  const headers = { 'X-ClickHouse-User': username, 'X-ClickHouse-Key': password }
  const answer = await fetch(origin, { method: 'POST', body: 'SELECT version()', headers })
  expect((await answer.text()).split('.').slice(0, 2).join('.')).toBe(versionOf('clickhouse'))
})
