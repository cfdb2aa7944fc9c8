/** Owns the test that each user of Kafka may do what its row says, on a real broker, and nothing else. */

import kafkajs, { type Admin } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createLogger } from '../runtime/log.ts'
import type { Child } from '../stack/child.ts'
import { createKafka } from './client.ts'
import { kafkaConfig } from './config.ts'
import { offsetsAt } from './offsets-at.ts'
import { prepareKafka } from './prepare.ts'
import { createPlaybackLog } from './producer.ts'
import { type BrokerPlace, findBrokerPlace } from './testing/own-broker.ts'
import { groupOf, KAFKA_USER_NAMES, type KafkaUser, kafkaUserName, loginVariables } from './users.ts'

const TOPIC_NAMES = ['playback.events', 'playback.events.dead', 'catalog.changes', 'catalog.heartbeats.catalog']
const MAY: Readonly<Record<KafkaUser, { readonly writes?: readonly string[]; readonly reads?: string }>> = {
  gateway: { writes: ['playback.events'] },
  reaper: { writes: ['playback.events'] },
  ingest: { reads: 'playback.events', writes: ['playback.events.dead'] },
  royalties: { reads: 'playback.events' },
  sharing: { reads: 'playback.events' },
  recommend: { reads: 'playback.events' },
  ads: { reads: 'playback.events' },
  search: { reads: 'catalog.changes' },
  capture: { writes: ['catalog.changes', 'catalog.heartbeats.catalog'] },
  finance: {},
}
/** What a broker says to somebody without the right. The library tells by this alone that a group is not to be joined. */
const REFUSED = /not authorized|authorization failed|failed to find group coordinator/i

let place: BrokerPlace
let broker: Child
let admin: Admin
beforeAll(async () => {
  place = await findBrokerPlace()
  broker = await place.start()
  await prepareKafka(place.env)
  admin = createKafka(place.admin, 'test').admin()
  await admin.connect()
  // From now on a group that nobody finds is one that is refused.
  await write('capture', 'catalog.changes')
  await read('search', 'catalog.changes', { retries: 8 })
})
afterAll(async () => {
  await admin?.disconnect()
  await broker?.stop('SIGKILL', 0)
  await place?.forget()
})

const configOf = (user: KafkaUser, env: NodeJS.ProcessEnv = place.env) =>
  readEnv(env, (read) => kafkaConfig(read, user))

async function write(user: KafkaUser, topic: string): Promise<void> {
  const producer = createKafka(configOf(user), 'test').producer({ retry: { retries: 0 } })
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: [{ key: 'key', value: 'value' }] }).finally(producer.disconnect)
}

/** Resolves when a record came, and rejects when the group or the topic is refused; with `retries` a broker may first make room for groups. */
async function read(user: KafkaUser, topic: string, { groupId = groupOf(user), retries = 0 } = {}): Promise<void> {
  const retry = { retries, initialRetryTime: 100, restartOnFailure: async () => retries > 0 }
  const consumer = createKafka(configOf(user), 'test').consumer({ groupId, retry, maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error))
      consumer.run({ autoCommit: false, eachMessage: async () => resolve() }).catch(reject)
    })
  } finally {
    await consumer.disconnect()
  }
}

const asAdminOf = async <T>(user: KafkaUser, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const own = createKafka(configOf(user), 'test').admin({ retry: { retries: 0 } })
  await own.connect()
  return await work(own).finally(own.disconnect)
}

// Those who write first: what they wrote is there to be read.
describe.each(KAFKA_USER_NAMES)('%s', (user) => {
  test('writes the topics that are its own to write, and no other', async () => {
    for (const topic of TOPIC_NAMES) {
      const written = write(user, topic)
      if (MAY[user].writes?.includes(topic) === true) await written
      else await expect(written, topic).rejects.toThrow(REFUSED)
    }
  })

  test('deletes no topic, makes none, and gives nobody a right', async () => {
    await asAdminOf(user, async (own) => {
      await expect(own.deleteTopics({ topics: ['playback.events'] })).rejects.toThrow(REFUSED)
      await expect(own.createTopics({ topics: [{ topic: 'of-its-own' }] })).rejects.toMatchObject({
        errors: [{ message: expect.stringMatching(REFUSED) }],
      })
      await expect(own.createAcls({ acl: [readBy(user)] })).rejects.toThrow(REFUSED)
    })
  })

  test('sees the topics that it works with, and no other', async () => {
    const { writes = [], reads } = MAY[user]
    const measures = user === 'finance' ? ['playback.events'] : []
    const seen = await asAdminOf(user, (own) => own.listTopics())
    expect(seen.sort()).toEqual([...writes, ...(reads === undefined ? [] : [reads]), ...measures].sort())
  })
})

describe.each(KAFKA_USER_NAMES)('%s', (user) => {
  test('reads the topic that is its own to read in its own group, and in no other way', async () => {
    const { reads } = MAY[user]
    if (reads !== undefined) {
      await read(user, reads, { retries: 8 })
      await expect(read(user, reads, { groupId: 'segue.of-another' })).rejects.toThrow(REFUSED)
    }
    for (const topic of TOPIC_NAMES.filter((each) => each !== reads))
      await expect(read(user, topic), topic).rejects.toThrow(REFUSED)
  })
})

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs
const readBy = (user: KafkaUser) => ({
  resourceType: AclResourceTypes.TOPIC,
  resourceName: 'playback.events.dead',
  resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: `User:${kafkaUserName(user)}`,
  host: '*',
  operation: AclOperationTypes.READ,
  permissionType: AclPermissionTypes.ALLOW,
})

test('the close measures how far the log goes, and reads none of it', async () => {
  expect((await offsetsAt(configOf('finance'), 'playback.events', 0)).length).toBe(6)
})

test('a start takes back what a user was given besides', async () => {
  await admin.createAcls({ acl: [readBy('royalties')] })
  await expect.poll(() => asAdminOf('royalties', (own) => own.listTopics())).toContain('playback.events.dead')
  await prepareKafka(place.env)
  await expect.poll(() => asAdminOf('royalties', (own) => own.listTopics())).toEqual(['playback.events'])
})

describe('who is not known', () => {
  const log = createLogger('test', 'silent')
  const wrong = () => ({ ...place.env, [loginVariables('gateway').password]: 'wrong' })

  test('is refused with what to do', async () => {
    const told = 'Kafka does not let segue-gateway in by plain: set SEGUE_KAFKA_GATEWAY_PASSWORD to the password'
    const kafka = createKafka(configOf('gateway', wrong()), 'test')
    await expect(kafka.admin({ retry: { retries: 0 } }).connect()).rejects.toThrow(told)
    await expect(kafka.producer().connect()).rejects.toThrow(told)
    await expect(kafka.consumer({ groupId: 'g' }).connect()).rejects.toThrow(told)
    const playbackLog = createPlaybackLog(configOf('gateway', wrong()), 'test', log)
    await expect(playbackLog.append('account', Buffer.from('bytes'))).rejects.toMatchObject({
      reason: 'unavailable',
      cause: { message: expect.stringContaining(told) },
    })
    await playbackLog.stop()
  })

  test('is told by no password as well, at the door of the controller too', async () => {
    const brokers = [...place.admin.brokers, `127.0.0.1:${place.controllerPort}`]
    for (const address of brokers) {
      const stranger = createKafka({ brokers: [address] }, 'test').admin({ retry: { retries: 0 } })
      await expect(stranger.connect().then(() => stranger.listTopics())).rejects.toThrow()
      await stranger.disconnect()
    }
  })
})
