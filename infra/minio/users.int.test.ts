/** Owns the test that each user of the store may do what its row says, on the real server, and nothing else. */

import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createMinioClient, type MinioClient } from './client.ts'
import { bucketNames, minioConfig } from './config.ts'
import { prepareStore } from './prepare.ts'
import { openReports, reportsConfig } from './reports.ts'
import { makeOwnBuckets } from './testing/own-buckets.ts'
import { type BucketNames, keyVariables, STORE_USER_NAMES, type StoreBucket, type StoreUser } from './users.ts'

const REFUSED = { code: 'AccessDenied' }
const THERE = 'there'

let env: Record<string, string>
let buckets: BucketNames
let admin: MinioClient

const clientOf = (user: StoreUser | 'admin', of: NodeJS.ProcessEnv = env) =>
  createMinioClient(readEnv(of, (read) => minioConfig(read, user)))

beforeAll(async () => {
  const stack = inject('stackEnv')
  env = { ...stack, ...(await makeOwnBuckets(stack, 'users-test')) }
  buckets = readEnv(env, bucketNames)
  admin = clientOf('admin')
  for (const bucket of Object.values(buckets)) await admin.putObject(bucket, THERE, 'bytes')
})

const DEEDS = {
  async get(client: MinioClient, bucket: string) {
    expect((await buffer(await client.getObject(bucket, THERE))).toString()).toBe('bytes')
  },
  async 'read by a signed address'(client: MinioClient, bucket: string) {
    const answer = await fetch(await client.presignedGetObject(bucket, THERE))
    const text = await answer.text()
    if (!answer.ok) throw Object.assign(new Error(text), { code: /<Code>(\w+)/.exec(text)?.[1] })
    expect(text).toBe('bytes')
  },
  async put(client: MinioClient, bucket: string) {
    await client.putObject(bucket, 'put', 'bytes')
  },
  async list(client: MinioClient, bucket: string) {
    expect(await client.listObjectsV2(bucket, '', true).toArray()).not.toEqual([])
  },
  async remove(client: MinioClient, bucket: string) {
    await client.removeObject(bucket, THERE)
  },
  async 'open to strangers'(client: MinioClient, bucket: string) {
    await client.setBucketPolicy(bucket, '{"Version":"2012-10-17","Statement":[]}')
  },
} as const
type Deed = keyof typeof DEEDS

const READ: readonly Deed[] = ['get', 'read by a signed address']
const MAY: Readonly<Record<StoreUser, Readonly<Partial<Record<StoreBucket, readonly Deed[]>>>>> = {
  gateway: { audio: READ },
  catalog: { audio: ['put'] },
  royalties: { reports: [...READ, 'put', 'list'] },
  reader: { audio: [...READ, 'list'], reports: [...READ, 'list'] },
}

describe.each(STORE_USER_NAMES)('%s', (user) => {
  const cases = (['audio', 'reports'] as const).flatMap((bucket) =>
    (Object.keys(DEEDS) as Deed[]).map((deed) => ({ bucket, deed, may: MAY[user][bucket]?.includes(deed) === true })),
  )
  test.each(cases)('$deed in $bucket: $may', async ({ bucket, deed, may }) => {
    const done = DEEDS[deed](clientOf(user), buckets[bucket])
    if (may) await done
    else await expect(done).rejects.toMatchObject(REFUSED)
  })

  test('sees the buckets of nobody else, makes none, and no user', async () => {
    const client = clientOf(user)
    // Who may list none is refused that as well.
    const seen = await client.listBuckets().catch((error: { code?: string }) => {
      expect(error).toMatchObject(REFUSED)
      return []
    })
    expect(seen.filter(({ name }) => !Object.values(buckets).includes(name))).toEqual([])
    await expect(client.makeBucket(`segue-${user}-own`)).rejects.toMatchObject(REFUSED)
    const { accessKey, secretKey } = keyVariables(user)
    const asAdmin = { SEGUE_MINIO_ACCESS_KEY: env[accessKey], SEGUE_MINIO_SECRET_KEY: env[secretKey] }
    await expect(makeOwnBuckets({ ...env, ...asAdmin }, 'users-test')).rejects.toThrow()
  })
})

test('a large report is put in parts by the user of the royalties, and an unknown key is nothing', async () => {
  const reports = await openReports(readEnv(env, reportsConfig))
  const bytes = Buffer.alloc(70 * 1024 * 1024, 1)
  await reports.putBytes({ key: 'large', contentType: 'text/plain', hash: 'h' }, bytes)
  const object = await reports.get('large')
  expect((await buffer(object as NonNullable<typeof object>)).length).toBe(bytes.length)
  expect(await reports.get('nothing')).toBeUndefined()
  await expect(openReports({ ...readEnv(env, reportsConfig), bucket: buckets.audio })).rejects.toThrow()
})

test('a start takes back what a user was given besides, and gives it the secret of its variable', async () => {
  const wrong = { SEGUE_MINIO_BUCKET: buckets.reports, [keyVariables('gateway').secretKey]: 'another-secret-of-it' }
  await prepareStore({ ...env, ...wrong })
  await DEEDS.get(clientOf('gateway', { ...env, ...wrong }), buckets.reports)
  await expect(DEEDS.get(clientOf('gateway'), buckets.audio)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
  await prepareStore(env)
  await DEEDS.get(clientOf('gateway'), buckets.audio)
  await expect(DEEDS.get(clientOf('gateway'), buckets.reports)).rejects.toMatchObject(REFUSED)
})

test('a key that was made elsewhere is left alone, and where users cannot be made it is said what to do', async () => {
  await prepareStore({ ...env, [keyVariables('gateway').accessKey]: 'AKIAEXAMPLE' })
  await expect(
    clientOf('gateway', { ...env, [keyVariables('gateway').accessKey]: 'AKIAEXAMPLE' }).listBuckets(),
  ).rejects.toMatchObject({ code: 'InvalidAccessKeyId' })
  const asReader = {
    SEGUE_MINIO_ACCESS_KEY: env[keyVariables('reader').accessKey],
    SEGUE_MINIO_SECRET_KEY: env[keyVariables('reader').secretKey],
  }
  await expect(prepareStore({ ...env, ...asReader })).rejects.toThrow(
    /the store makes no user \(add-canned-policy is answered 403: .*set SEGUE_MINIO_…_ACCESS_KEY/,
  )
})
