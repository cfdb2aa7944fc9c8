/** Owns the test that the table of memory fits one machine, and that each program is told what the table says. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PROJECT_ROOT } from './folders.ts'
import { MACHINE_MB, MEMORY, memoryTable } from './memory.ts'
import type { PartName } from './part.ts'
import { HOST, portsFrom } from './ports.ts'
import { ensureSecrets } from './secrets.ts'
import { PARTS } from './servers.ts'

const names = Object.keys(PARTS) as PartName[]
const folder = await mkdtemp(join(tmpdir(), 'segue-memory-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const secrets = await ensureSecrets(join(folder, 'secrets.json'))
const context = { host: HOST, ports: portsFrom({}), folder, cacheDir: folder, secrets, env: {} }

test('all of them leave a fifth of a machine of 24 GB to whoever else is there', () => {
  const sum = names.reduce((all, name) => all + MEMORY[name].limitMb, 0)
  expect(sum).toBeLessThan(0.8 * MACHINE_MB)
})

test('nobody is told to take more than its share', () => {
  for (const name of names) {
    const { limitMb, toldMb = 0 }: { limitMb: number; toldMb?: number } = MEMORY[name]
    expect(toldMb, name).toBeLessThan(limitMb)
  }
})

/** Debezium reads its password out of an address, and how it signs in to Kafka. */
const addressed = {
  ...context,
  env: {
    SEGUE_POSTGRES_CAPTURE_URL: 'postgres://c:x@127.0.0.1/segue',
    SEGUE_KAFKA_BROKERS: 'k:1',
    SEGUE_KAFKA_SASL: 'none',
  },
}

test.each([
  ['kafka', '-Xmx512m'],
  ['keycloak', '-Xmx512m'],
  ['opensearch', '-Xmx512m'],
  ['debezium', '-Xmx256m'],
  ['issuer', '--max-old-space-size=256'],
  ['gateway', '--max-old-space-size=1024'],
  ['gateway-2', '--max-old-space-size=1024'],
  ['workers', '--max-old-space-size=1536'],
  ['postgres', 'shared_buffers=128MB'],
] as const)('%s is started with %s', async (name, word) => {
  const { args } = await PARTS[name].launch(addressed)
  expect(args).toContain(word)
  expect(word).toContain(String(MEMORY[name].toldMb))
})

test.each([
  ['minio', 'GOMEMLIMIT', '768MiB'],
  ['clickhouse', 'SEGUE_CLICKHOUSE_MEMORY_MB', '3072'],
] as const)('%s finds in %s what it may take', async (name, variable, value) => {
  const { env } = await PARTS[name].launch(context)
  expect(env[variable]).toBe(value)
  expect(value).toContain(String(MEMORY[name].toldMb))
})

test('Redis finds it in its configuration, and gives up nothing that it holds', async () => {
  await PARTS.redis.prepare(context)
  const text = await readFile(join(folder, 'redis.conf'), 'utf8')
  expect(text).toContain(`maxmemory "${MEMORY.redis.toldMb}mb"`)
  expect(text).toContain('maxmemory-policy "noeviction"')
})

test.each([
  ['nginx', 'infra/nginx/nginx.conf.template', /^worker_processes 2;/m],
  ['superset', 'infra/superset/serve.py', /"workers": 1,[\s\S]*"threads": 8,/],
  ['airflow', 'infra/airflow/airflow.cfg', /^parallelism = 2$/m],
] as const)('%s has as many workers as the table says', async (_name, file, pattern) => {
  expect(await readFile(join(PROJECT_ROOT, file), 'utf8')).toMatch(pattern)
})

test('the table that a terminal shows has every part, and the sum', () => {
  const titles = Object.fromEntries(names.map((name) => [name, PARTS[name].title])) as Record<PartName, string>
  const lines = memoryTable(titles).split('\n')
  expect(lines).toHaveLength(names.length + 1)
  expect(lines.at(-1)).toMatch(/All +\d\d,\d{3} MB {2}of a machine of 24,576 MB/)
})
