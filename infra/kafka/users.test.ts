import { expect, test } from 'vitest'
import { ConfigError, readEnv } from '../runtime/env.ts'
import { kafkaConfig } from './config.ts'
import { KAFKA_USER_NAMES, loginVariables, rightsOf, WORKER_USERS, withKafkaLoginsOf } from './users.ts'

test('two who write to one topic are the gateway and who ends its streams, and nobody reads dead records', () => {
  const who = (name: string, may: string) =>
    KAFKA_USER_NAMES.filter((user) => rightsOf(user).some((right) => right.name === name && right.may === may))
  expect(who('playback.events', 'write')).toEqual(['gateway', 'reaper'])
  expect(who('playback.events.dead', 'read')).toEqual([])
})

test('a program is given the passwords of its own users, and the others are empty', () => {
  const names = (['admin', ...KAFKA_USER_NAMES] as const).map((user) => loginVariables(user).password)
  const env = Object.fromEntries([...names, 'SEGUE_KAFKA_BROKERS'].map((name) => [name, 'x']))
  const kept = (users: Parameters<typeof withKafkaLoginsOf>[1]) =>
    Object.entries(withKafkaLoginsOf(env, users)).flatMap(([name, value]) => (value === '' ? [] : [name]))
  expect(kept(['gateway'])).toEqual(['SEGUE_KAFKA_GATEWAY_PASSWORD', 'SEGUE_KAFKA_BROKERS'])
  expect(kept(WORKER_USERS)).not.toContain('SEGUE_KAFKA_PASSWORD')
  expect(kept(WORKER_USERS)).not.toContain('SEGUE_KAFKA_GATEWAY_PASSWORD')
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
