/** Owns the test of what is read about TLS, and what clients of Java are told. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { propertiesText } from '../stack/java-properties.ts'
import { createKafka } from './client.ts'
import { kafkaConfig } from './config.ts'
import { javaClient } from './sign-in.ts'

const read = (env: Record<string, string>) =>
  readEnv({ SEGUE_KAFKA_BROKERS: 'a:1', SEGUE_KAFKA_SASL: 'none', ...env }, (reader) => kafkaConfig(reader, 'ingest'))
const words = { password: 'p', key: 'k' }

test('brokers are spoken to in clear unless it is said', () => {
  expect(read({})).toEqual({ brokers: ['a:1'] })
  expect(read({ SEGUE_KAFKA_TLS: 'on' })).toEqual({
    brokers: ['a:1'],
    tls: { authority: undefined, own: undefined },
  })
  expect(read({ SEGUE_KAFKA_TLS: 'on', SEGUE_KAFKA_TLS_CA: '/ca.pem' }).tls).toMatchObject({ authority: '/ca.pem' })
})

test('a file of TLS without TLS, and half of a certificate, are refused', () => {
  expect(() => read({ SEGUE_KAFKA_TLS_CA: '/ca.pem' })).toThrow('SEGUE_KAFKA_TLS is off: set it to on')
  expect(() => read({ SEGUE_KAFKA_TLS: 'on', SEGUE_KAFKA_TLS_KEY: '/key.pem' })).toThrow(
    'SEGUE_KAFKA_TLS_CERTIFICATE and SEGUE_KAFKA_TLS_KEY are set together',
  )
  expect(() => read({ SEGUE_KAFKA_TLS: 'yes' })).toThrow('SEGUE_KAFKA_TLS must be one of off, on')
})

test('a file that is not there is named by its variable', () => {
  const config = read({ SEGUE_KAFKA_TLS: 'on', SEGUE_KAFKA_TLS_CA: '/nowhere/ca.pem' })
  expect(() => createKafka(config, 'test')).toThrow('SEGUE_KAFKA_TLS_CA names a file that cannot be read')
})

test.each([
  [{}, 'PLAINTEXT'],
  [{ SEGUE_KAFKA_TLS: 'on' }, 'SSL'],
  [{ SEGUE_KAFKA_SASL: 'plain', SEGUE_KAFKA_INGEST_PASSWORD: 'x' }, 'SASL_PLAINTEXT'],
  [{ SEGUE_KAFKA_SASL: 'plain', SEGUE_KAFKA_INGEST_PASSWORD: 'x', SEGUE_KAFKA_TLS: 'on' }, 'SASL_SSL'],
])('Java is told of %s that it is %s', (env, protocol) => {
  expect(javaClient(read(env), words)).toMatchObject({ 'security.protocol': protocol })
})

test('Java takes authorities of a file, and those that it knows where there is none', () => {
  expect(javaClient(read({ SEGUE_KAFKA_TLS: 'on', SEGUE_KAFKA_TLS_CA: '/ca.pem' }), words)).toEqual({
    'security.protocol': 'SSL',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': '/ca.pem',
  })
  expect(javaClient(read({ SEGUE_KAFKA_TLS: 'on' }), words)).toEqual({ 'security.protocol': 'SSL' })
})

test('Java is told each certificate of a chain on a line of its own, and finds them in a file of properties', () => {
  const folder = mkdtempSync(join(tmpdir(), 'segue-chain-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [certificate, key] = ['chain.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string]
  const one = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n${body}\n-----END CERTIFICATE-----\n`
  writeFileSync(certificate, `${one('leaf')}${one('above')}`)
  writeFileSync(key, '-----BEGIN PRIVATE KEY-----\nk\n-----END PRIVATE KEY-----\n')
  const env = { SEGUE_KAFKA_TLS: 'on', SEGUE_KAFKA_TLS_CERTIFICATE: certificate, SEGUE_KAFKA_TLS_KEY: key }
  const chain = String((javaClient(read(env), words) as Record<string, unknown>)['ssl.keystore.certificate.chain'])
  expect(chain.split('\n')).toEqual([
    '-----BEGIN CERTIFICATE----- leaf leaf -----END CERTIFICATE-----',
    '-----BEGIN CERTIFICATE----- above above -----END CERTIFICATE-----',
  ])
  expect(propertiesText({ chain }).trimEnd()).toBe(`chain=${chain.replace('\n', String.raw`\n`)}`)
})
