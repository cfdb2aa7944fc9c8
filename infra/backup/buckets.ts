/** Owns what of the object store is backed up, and its restore: all objects of our buckets, each with its hash. */

import { Readable } from 'node:stream'
import { ensureBucket } from '../minio/bucket.ts'
import { createMinioClient, type MinioClient } from '../minio/client.ts'
import type { MinioConfig } from '../minio/config.ts'
import { putStream } from '../minio/put-stream.ts'
import { StackProblem } from '../stack/problem.ts'
import type { BucketCopy, BucketRole } from './manifest.ts'
import { eachObject, framed } from './object-frames.ts'
import { bytesName, type SealedFile } from './sealed-file.ts'

export type Buckets = Readonly<Record<BucketRole, MinioConfig>>

async function* keysOf(client: MinioClient, bucket: string): AsyncGenerator<string> {
  for await (const item of client.listObjectsV2(bucket, '', true)) yield String(item.name)
}

/** @param put writes a file of the backup */
export async function backUpBuckets(
  buckets: Buckets,
  roles: readonly BucketRole[],
  put: (name: string, clear: Readable) => Promise<SealedFile>,
): Promise<readonly BucketCopy[]> {
  const copies: BucketCopy[] = []
  for (const role of roles) {
    const config = buckets[role]
    const client = createMinioClient(config)
    if (!(await client.bucketExists(config.bucket)))
      throw new StackProblem(
        `there is no bucket ${config.bucket}, whose ${role} would be in the backup: name the one that is in use`,
      )
    let [objects, bytes] = [0, 0]
    const frames = async function* () {
      for await (const key of keysOf(client, config.bucket)) {
        const { size, metaData } = await client.statObject(config.bucket, key)
        objects += 1
        bytes += size
        const metadata = Object.fromEntries(Object.entries(metaData).map(([name, value]) => [name, String(value)]))
        yield* framed({ key, size, metadata }, await client.getObject(config.bucket, key))
      }
    }
    const file = await put(bytesName('minio', role), Readable.from(frames(), { objectMode: false }))
    copies.push({ role, objects, bytes, file })
  }
  return copies
}

/** The first bucket of `roles` that has an object; undefined: there is nothing. */
export async function filledBucket(buckets: Buckets, roles: readonly BucketRole[]): Promise<string | undefined> {
  for (const role of roles) {
    const config = buckets[role]
    const client = createMinioClient(config)
    if (!(await client.bucketExists(config.bucket))) continue
    for await (const _ of keysOf(client, config.bucket)) return config.bucket
  }
  return undefined
}

/** @param open opens a file of the backup */
export async function restoreBuckets(
  buckets: Buckets,
  copies: readonly BucketCopy[],
  open: (name: string) => Promise<Readable>,
): Promise<void> {
  for (const { role, objects, file } of copies) {
    const config = buckets[role]
    const client = createMinioClient(config)
    await ensureBucket(client, config)
    const restored = await eachObject(await open(file.name), async ({ key, size, metadata }, bytes) => {
      await putStream(client, { bucket: config.bucket, key, size, headers: metadata }, bytes)
    })
    if (restored === objects) continue
    throw new StackProblem(`${config.bucket}: ${restored} objects were restored of ${objects}`)
  }
}
