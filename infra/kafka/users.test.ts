import { expect, test } from 'vitest'
import { ConfigError, readEnv } from '../runtime/env.ts'
import { kafkaConfig } from './config.ts'
import { foreignPasswords, KAFKA_USER_NAMES, loginVariables, mainTopicOf, rightsOf, WORKER_USERS } from './users.ts'

test('two who write to one topic are the gateway and who ends its streams, and nobody reads dead records', () => {
  const who = (name: string, may: string) =>
    KAFKA_USER_NAMES.filter((user) => rightsOf(user).some((right) => right.name === name && right.may === may))
  expect(who('playback.events', 'write')).toEqual(['gateway', 'reaper'])
  expect(who('playback.events.dead', 'read')).toEqual([])
})

test('each is told by a topic of its own whether Kafka is there', () => {
  expect(mainTopicOf('ingest')).toBe('playback.events')
  expect(mainTopicOf('search')).toBe('catalog.changes')
  for (const user of KAFKA_USER_NAMES)
    expect(
      rightsOf(user).map(({ name }) => name),
      user,
    ).toContain(mainTopicOf(user))
})

test('all passwords but those of its own users are foreign to a program', () => {
  const all = (['admin', ...KAFKA_USER_NAMES] as const).map((user) => loginVariables(user).password)
  const foreign = foreignPasswords(['gateway'])
  expect(all.filter((name) => !foreign.includes(name))).toEqual(['SEGUE_KAFKA_GATEWAY_PASSWORD'])
  expect(foreignPasswords(WORKER_USERS)).toEqual(
    expect.arrayContaining(['SEGUE_KAFKA_PASSWORD', 'SEGUE_KAFKA_GATEWAY_PASSWORD']),
  )
})

test('who signs in needs a password, unless it is said that brokers know nobody', () => {
  const read = (env: Record<string, string>) =>
    readEnv({ SEGUE_KAFKA_BROKERS: 'a:1,b:2', ...env }, (reader) => kafkaConfig(reader, 'ingest'))
  expect(() => read({})).toThrow(ConfigError)
  expect(() => read({})).toThrow('SEGUE_KAFKA_INGEST_PASSWORD is not set')
  expect(read({ SEGUE_KAFKA_SASL: 'none' })).toEqual({ brokers: ['a:1', 'b:2'] })
  const { login } = read({ SEGUE_KAFKA_SASL: 'scram-sha-512', SEGUE_KAFKA_INGEST_PASSWORD: 'p' })
  expect(login).toMatchObject({ mechanism: 'scram-sha-512', user: 'segue-ingest' })
  expect(String(login?.password)).toBe('[redacted]')
})
