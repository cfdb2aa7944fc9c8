/** Owns the bucket that holds the audio. */

import type { MinioClient } from './client.ts'
import type { MinioConfig } from './config.ts'

/** Makes the bucket when it is not there. It stays private: players read by signed address alone. */
export async function ensureBucket(client: MinioClient, config: Pick<MinioConfig, 'bucket' | 'region'>): Promise<void> {
  if (await client.bucketExists(config.bucket)) return
  try {
    await client.makeBucket(config.bucket, config.region)
  } catch (cause) {
    // Another process may have made it in between.
    if (!(await client.bucketExists(config.bucket))) throw cause
  }
}
