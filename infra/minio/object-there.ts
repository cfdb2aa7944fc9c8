/** Owns reading an object that may not be there. */

import type { Readable } from 'node:stream'
import type { MinioClient } from './client.ts'

/** Undefined: it is not there. */
export async function objectThere(client: MinioClient, bucket: string, key: string): Promise<Readable | undefined> {
  try {
    return await client.getObject(bucket, key)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'NoSuchKey') return undefined
    throw cause
  }
}
