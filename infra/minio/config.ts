/** Owns where the object store is and as whom it is reached, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'
import { type BucketNames, keyVariables, type StoreUser } from './users.ts'

/** MinIO's own default; a signature names it. */
const REGION = 'us-east-1'

export interface MinioConfig {
  /** The address that servers and players both use: it is part of every signed chunk address. */
  readonly url: string
  readonly accessKey: Secret
  readonly secretKey: Secret
  readonly bucket: string
  readonly region: string
}

export function bucketNames(read: EnvReader): BucketNames {
  return {
    audio: read.text('SEGUE_MINIO_BUCKET', 'segue-audio'),
    reports: read.text('SEGUE_MINIO_REPORTS_BUCKET', 'reports'),
  }
}

/** The bucket is that of the audio. */
export function minioConfig(read: EnvReader, user: StoreUser | 'admin'): MinioConfig {
  const { accessKey, secretKey } = keyVariables(user)
  return {
    url: read.url('SEGUE_MINIO_URL', ['http', 'https']),
    accessKey: read.secret(accessKey),
    secretKey: read.secret(secretKey),
    bucket: bucketNames(read).audio,
    region: read.text('SEGUE_MINIO_REGION', REGION),
  }
}
