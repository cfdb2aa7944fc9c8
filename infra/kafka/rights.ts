/** Owns who may do what in Kafka, as the table of users has it: granted at each start, and what was granted besides taken back. */

import { setTimeout as wait } from 'node:timers/promises'
import kafkajs, { type AclEntry, type Admin } from 'kafkajs'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import { KAFKA_USER_NAMES, type KafkaRight, type KafkaUser, rightsOf } from './users.ts'

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

const RESOURCES = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP } as const
const OPERATIONS = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
} as const
const ANYWHERE = '*'
const HEARD_WITHIN_MS = 20_000
const ASK_EVERY_MS = 50

/** @param names as the broker knows each user. */
export async function ensureRights(config: KafkaConfig, names: Readonly<Record<KafkaUser, string>>): Promise<void> {
  const admin = createKafka(config, 'segue-rights').admin({ retry: { retries: 8, initialRetryTime: 200 } })
  try {
    await admin.connect()
    const wanted = KAFKA_USER_NAMES.flatMap((user) => rightsOf(user).map((right) => entryOf(names[user], right)))
    const differing = async () => {
      const given = (await Promise.all(KAFKA_USER_NAMES.map((user) => givenTo(admin, names[user])))).flat()
      return { missing: without(wanted, given), besides: without(given, wanted) }
    }
    const { missing, besides } = await differing()
    if (missing.length > 0) await admin.createAcls({ acl: missing })
    if (besides.length > 0) await admin.deleteAcls({ filters: besides })
    // A controller takes them, and a broker hears of it a moment later: until then it refuses whoever comes.
    for (const deadline = Date.now() + HEARD_WITHIN_MS; ; await wait(ASK_EVERY_MS)) {
      const left = await differing()
      if (left.missing.length + left.besides.length === 0) return
      if (Date.now() > deadline) throw new Error(`the broker has not heard of its rights in ${HEARD_WITHIN_MS} ms`)
    }
  } finally {
    await admin.disconnect()
  }
}

const principalOf = (name: string): string => `User:${name}`

function entryOf(name: string, { resource, name: resourceName, may }: KafkaRight): AclEntry {
  return {
    resourceType: RESOURCES[resource],
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: principalOf(name),
    host: ANYWHERE,
    operation: OPERATIONS[may],
    permissionType: AclPermissionTypes.ALLOW,
  }
}

async function givenTo(admin: Admin, name: string): Promise<AclEntry[]> {
  const { resources } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: principalOf(name),
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  })
  return resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
    acls.map((acl) => ({ ...acl, resourceType, resourceName, resourcePatternType })),
  )
}

function without(some: readonly AclEntry[], others: readonly AclEntry[]): AclEntry[] {
  const keys = new Set(others.map(keyOf))
  return some.filter((entry) => !keys.has(keyOf(entry)))
}

const keyOf = (entry: AclEntry): string =>
  [
    entry.principal,
    entry.host,
    entry.resourceType,
    entry.resourcePatternType,
    entry.resourceName,
    entry.operation,
    entry.permissionType,
  ].join(' ')
