/** Owns backups in a bucket of an object store. */

import { createMinioClient } from '../minio/client.ts'
import type { MinioConfig } from '../minio/config.ts'
import { objectThere } from '../minio/object-there.ts'
import { putStream } from '../minio/put-stream.ts'
import { StackProblem } from '../stack/problem.ts'
import type { Place } from './place.ts'

/** @param prefix of all names, as `daily/`, or empty */
export async function bucketPlace(config: MinioConfig, prefix: string): Promise<Place> {
  const client = createMinioClient(config)
  const { bucket } = config
  if (!(await client.bucketExists(bucket))) {
    throw new StackProblem(
      `there is no bucket ${bucket} at ${config.url}: make it, with a lifecycle and a lock of its own`,
    )
  }
  return {
    title: `s3://${bucket}/${prefix}`,
    async put(name, bytes) {
      // Of parts, whose size the client chooses: an upload that breaks off leaves no object.
      await putStream(client, { bucket, key: `${prefix}${name}` }, bytes)
    },
    open: (name) => objectThere(client, bucket, `${prefix}${name}`),
    async list(under) {
      const names: string[] = []
      for await (const item of client.listObjectsV2(bucket, `${prefix}${under}`, true)) {
        names.push(String(item.name).slice(prefix.length))
      }
      return names.sort()
    },
    async remove(name) {
      await client.removeObject(bucket, `${prefix}${name}`)
    },
  }
}
