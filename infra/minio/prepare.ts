/** Owns making a store ready for the services that `env` has keys for: buckets, and users with no more rights than their row says. */

import { readEnv } from '../runtime/env.ts'
import { ensureBucket } from './bucket.ts'
import { createMinioClient, type MinioClient } from './client.ts'
import { bucketNames, minioConfig } from './config.ts'
import { sealBody } from './sealed-body.ts'
import { keyVariables, policyOf, STORE_USER_NAMES, type StoreUser, storeUserName } from './users.ts'

/** Of all that it may answer: the client would take a refusal for XML, and an admin's is JSON. */
const ANY_STATUS = Array.from({ length: 500 }, (_, at) => 100 + at)
const LONGEST_SHOWN = 200

interface Order {
  readonly action: string
  readonly about: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** May be run again, at each start: what a user may more than its row says is taken from it. */
export async function prepareStore(env: NodeJS.ProcessEnv): Promise<void> {
  const { admin, buckets } = readEnv(env, (read) => ({
    admin: minioConfig(read, 'admin'),
    buckets: bucketNames(read),
  }))
  const client = createMinioClient(admin)
  for (const bucket of Object.values(buckets)) await ensureBucket(client, { bucket, region: admin.region })
  for (const user of STORE_USER_NAMES) {
    const name = env[keyVariables(user).accessKey]?.trim() ?? ''
    const secretKey = env[keyVariables(user).secretKey]?.trim() ?? ''
    if (secretKey === '' || !isOurs(user, name)) continue
    const secret = sealBody(admin.secretKey.reveal(), JSON.stringify({ secretKey, status: 'enabled' }))
    const policy = JSON.stringify(policyOf(user, buckets))
    await order(client, { action: 'add-canned-policy', about: { name }, body: policy })
    await order(client, { action: 'add-user', about: { accessKey: name }, body: secret })
    const about = { policyName: name, userOrGroup: name, isGroup: 'false' }
    await order(client, { action: 'set-user-or-group-policy', about })
  }
}

/** Another name is that of a key which was made elsewhere, as any other S3 would. */
function isOurs(user: StoreUser, name: string): boolean {
  return name === storeUserName(user) || name.startsWith(`${storeUserName(user)}-`)
}

/** The admin's paths are beside those of buckets, and signed as they are. */
async function order(client: MinioClient, { action, about, body = '' }: Order): Promise<void> {
  const request = {
    method: 'PUT',
    bucketName: 'minio',
    objectName: `admin/v3/${action}`,
    query: new URLSearchParams(about).toString(),
  }
  const answer = await client.makeRequestAsync(request, body, ANY_STATUS, 'us-east-1')
  const said: Buffer[] = []
  for await (const part of answer) said.push(part as Buffer)
  if (answer.statusCode === 200) return
  const text = Buffer.concat(said).toString('utf8').slice(0, LONGEST_SHOWN)
  throw new Error(
    `the store makes no user (${action} is answered ${answer.statusCode}: ${text}): give SEGUE_MINIO_ACCESS_KEY a key of MinIO's admin, or set SEGUE_MINIO_…_ACCESS_KEY and SEGUE_MINIO_…_SECRET_KEY of ${STORE_USER_NAMES.join(', ')} to keys that were made there`,
  )
}
