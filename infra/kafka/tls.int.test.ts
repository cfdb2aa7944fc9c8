/** Owns the test that clients of Node and of Java reach a real broker by TLS, and that nobody does whom it, or who it, should not trust. */

import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TOPICS } from '../../protocol/events/topics.ts'
import { CONNECT_MAIN, DEBEZIUM } from '../debezium/server.ts'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import type { Child } from '../stack/child.ts'
import type { EnvRecord } from '../stack/env-file.ts'
import { cacheFolder } from '../stack/folders.ts'
import { propertiesText } from '../stack/java-properties.ts'
import { classPathOf, javaFor } from '../stack/maven.ts'
import { HOST } from '../stack/ports.ts'
import { createKafka } from './client.ts'
import { kafkaConfig } from './config.ts'
import { runConsumer } from './consumer.ts'
import { prepareKafka } from './prepare.ts'
import { createPlaybackLog } from './producer.ts'
import { javaClient } from './sign-in.ts'
import { findTlsBroker, type TlsBroker } from './testing/tls-broker.ts'
import { tlsKey } from './tls.ts'
import { groupOf, type KafkaUser } from './users.ts'

const log = createLogger('test', 'silent')
let folder: string
let broker: TlsBroker
let child: Child
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-kafka-tls-test-'))
  broker = await findTlsBroker()
  child = await broker.place.start()
  await prepareKafka(trusting('tls'))
})
afterAll(async () => {
  await child?.stop('SIGKILL', 0)
  await broker?.place.forget()
  await broker?.forget()
  await rm(folder, { recursive: true, force: true })
})

type Door = 'tls' | 'mutual'

const at = (door: Door): EnvRecord => ({
  ...broker.place.env,
  SEGUE_KAFKA_BROKERS: broker.addresses[door],
  SEGUE_KAFKA_TLS: 'on',
})
const trusting = (door: Door): EnvRecord => ({ ...at(door), SEGUE_KAFKA_TLS_CA: broker.authority })
const shown = (door: Door): EnvRecord => ({
  ...trusting(door),
  SEGUE_KAFKA_TLS_CERTIFICATE: broker.own.certificate,
  SEGUE_KAFKA_TLS_KEY: broker.own.key,
})
const configOf = (env: EnvRecord, user: KafkaUser) => readEnv(env, (read) => kafkaConfig(read, user))

async function connect(env: EnvRecord): Promise<void> {
  const admin = createKafka(configOf(env, 'gateway'), 'test', log).admin({ retry: { retries: 0 } })
  try {
    await admin.connect()
    await admin.fetchTopicMetadata({ topics: [TOPICS.playbackEvents.name] })
  } finally {
    await admin.disconnect()
  }
}

test('what is written over TLS is read over TLS, each as a user of its own', async () => {
  const playback = createPlaybackLog(configOf(trusting('tls'), 'gateway'), 'test', log)
  const read: string[] = []
  const consumer = runConsumer(
    configOf(shown('mutual'), 'ingest'),
    {
      clientId: 'test',
      groupId: groupOf('ingest'),
      topic: TOPICS.playbackEvents.name,
      async handle({ records }) {
        read.push(...records.map(({ value }) => String(value)))
      },
    },
    log,
  )
  try {
    await playback.append('acct-ada', new TextEncoder().encode('a word'))
    await expect.poll(() => read).toEqual(['a word'])
  } finally {
    await consumer.stop(5_000)
    await playback.stop()
  }
})

describe('nobody is reached', () => {
  test('whose certificate is by nobody that is trusted, and it is said what to set', async () => {
    await expect(connect(at('tls'))).rejects.toThrow(/certificate.*: set SEGUE_KAFKA_TLS_CA to who signs/)
  })

  test('by a client without a certificate where one is asked for', async () => {
    await expect(connect(trusting('mutual'))).rejects.toThrow(/certificate.*SEGUE_KAFKA_TLS_CERTIFICATE/)
    await connect(shown('mutual'))
  })

  test('in clear at a door of TLS', async () => {
    await expect(connect({ ...at('tls'), SEGUE_KAFKA_TLS: 'off' })).rejects.toThrow()
  })

  test('by TLS without the password', async () => {
    const wrong = { ...trusting('tls'), SEGUE_KAFKA_GATEWAY_PASSWORD: 'wrong' }
    await expect(connect(wrong)).rejects.toThrow(/SEGUE_KAFKA_GATEWAY_PASSWORD/)
  })
})

test('Kafka Connect, as it is set for Debezium, reaches brokers by TLS with a certificate of its own', async () => {
  const config = configOf(shown('mutual'), 'capture')
  const port = await getPort({ host: HOST })
  const converter = 'org.apache.kafka.connect.json.JsonConverter'
  const file = join(folder, 'connect.properties')
  await writeFile(
    file,
    propertiesText({
      'bootstrap.servers': broker.addresses.mutual,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Connect replaces them.
      ...javaClient(config, { password: '${env:TEST_PASSWORD}', key: '${env:TEST_KEY}' }),
      listeners: `http://${HOST}:${port}`,
      'key.converter': converter,
      'value.converter': converter,
      'offset.storage.file.filename': join(folder, 'offsets'),
      'config.providers': 'env',
      'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
    }),
  )
  const words = ['-Xmx256m', '-cp', await classPathOf(cacheFolder(process.env), DEBEZIUM), CONNECT_MAIN, file]
  const env = {
    ...process.env,
    TEST_PASSWORD: config.login?.password.reveal() ?? '',
    TEST_KEY: config.tls === undefined ? '' : tlsKey(config.tls),
  }
  const connecting = spawn(await javaFor(DEBEZIUM), words, { env, stdio: 'ignore' })
  try {
    // It answers when it has been told by a broker which cluster this is.
    const told = async () =>
      await fetch(`http://${HOST}:${port}/`)
        .then(async (answer) => (await answer.json()) as object)
        .catch(() => ({}))
    await expect.poll(told, { interval: 500 }).toMatchObject({ kafka_cluster_id: expect.any(String) })
  } finally {
    connecting.kill('SIGKILL')
  }
})
