import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, inject, test } from 'vitest'
import { findingsText } from './doctor-command.ts'
import { examine } from './examine.ts'

const wrong = (address = '') => address.replace(/:[^:@/]+@/, ':not-the-password@')

test('the servers of a start are well, and told with their versions; what nobody started is off or ill, with what to do', async () => {
  const findings = await examine(inject('stackEnv'))
  const states = Object.fromEntries(findings.map(({ title, state }) => [title, state]))
  expect(states).toEqual({
    PostgreSQL: 'well',
    Redis: 'well',
    Kafka: 'well',
    ClickHouse: 'well',
    MinIO: 'well',
    Issuer: 'well',
    Superset: 'off',
    Airflow: 'off',
    Gateway: 'ill',
    Workers: 'ill',
  })
  const found = Object.fromEntries(findings.map(({ title, found }) => [title, found]))
  expect(found.PostgreSQL).toMatch(/^16\.\d+/)
  expect(found.Redis).toMatch(/^7\.\d+/)
  expect(found.ClickHouse).toMatch(/^\d+\.\d+/)
  expect(found.Kafka).toMatch(/^1 broker, \d+ topics$/)
  const text = findingsText(findings)
  expect(text).toContain('→ start it (npm start), or set SEGUE_GATEWAY_PORT to where it is')
  for (const [name, value] of Object.entries(inject('stackEnv')))
    if (/SECRET|KEY/.test(name)) expect(text, name).not.toContain(value)
  expect(text).not.toMatch(/:[^/\s]+@/)
})

test('a password that is not known, a name that nobody has, and a server that calls itself otherwise, are told apart', async () => {
  const env = inject('stackEnv')
  const findings = await examine({
    SEGUE_POSTGRES_GATEWAY_URL: wrong(env.SEGUE_POSTGRES_GATEWAY_URL),
    SEGUE_REDIS_URL: wrong(env.SEGUE_REDIS_URL),
    SEGUE_CLICKHOUSE_URL: wrong(env.SEGUE_CLICKHOUSE_URL),
    SEGUE_MINIO_URL: 'http://nobody.invalid:9000',
    SEGUE_ISSUER_URL: (env.SEGUE_ISSUER_URL ?? '').replace('127.0.0.1', 'localhost'),
  })
  const found = Object.fromEntries(findings.map(({ title, found }) => [title, found]))
  expect(found).toMatchObject({
    PostgreSQL: 'not-allowed',
    Redis: 'not-allowed',
    ClickHouse: 'not-allowed',
    MinIO: 'unreachable',
    Issuer: `it calls itself ${env.SEGUE_ISSUER_URL}: set SEGUE_ISSUER_URL to that`,
  })
})

test('the keys of an issuer are asked for where its discovery says, or where that is set', async () => {
  const server = createServer((request, response) => {
    const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const known: Readonly<Record<string, object>> = {
      '/realms/segue/.well-known/openid-configuration': {
        issuer: `${own}/realms/segue`,
        jwks_uri: `${own}/realms/segue/protocol/openid-connect/certs`,
      },
      '/realms/segue/protocol/openid-connect/certs': { keys: [{}, {}] },
      '/elsewhere': { keys: [{}] },
    }
    const answer = known[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const env = { SEGUE_ISSUER_URL: `${own}/realms/segue` }
    expect(await examine(env)).toMatchObject([{ title: 'Issuer', state: 'well', found: '2 keys' }])
    const set = { ...env, SEGUE_JWKS_URL: `${own}/elsewhere` }
    expect(await examine(set)).toMatchObject([{ title: 'Issuer', state: 'well', found: '1 key' }])
  } finally {
    server.close()
  }
})
