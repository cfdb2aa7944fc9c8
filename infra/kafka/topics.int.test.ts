import { ConfigResourceTypes } from 'kafkajs'
import { expect, inject, test } from 'vitest'
import { TOPICS } from '../../protocol/events/topics.ts'
import { readEnv } from '../runtime/env.ts'
import { createKafka } from './client.ts'
import { adminKafkaConfig } from './config.ts'
import { ensureTopics } from './topics.ts'

test('each topic says itself how many replicas must have a record, and is made once', async () => {
  const config = readEnv(inject('stackEnv'), adminKafkaConfig)
  expect(await ensureTopics(config)).toEqual([])
  const admin = createKafka(config, 'test').admin()
  await admin.connect()
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: Object.values(TOPICS).map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
  })
  await admin.disconnect()
  const ofTopic = resources.map(({ configEntries }) =>
    configEntries.find(({ configName }) => configName === 'min.insync.replicas'),
  )
  // Source 1: of the topic itself, and not a default of the broker.
  expect(ofTopic).toMatchObject(Object.values(TOPICS).map(() => ({ configValue: '1', configSource: 1 })))
})
