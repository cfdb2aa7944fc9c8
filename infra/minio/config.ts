/** Owns where the object store is and how to sign in to it, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'

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

export function minioConfig(read: EnvReader): MinioConfig {
  return {
    url: read.url('SEGUE_MINIO_URL', ['http', 'https']),
    accessKey: read.secret('SEGUE_MINIO_ACCESS_KEY'),
    secretKey: read.secret('SEGUE_MINIO_SECRET_KEY'),
    bucket: read.text('SEGUE_MINIO_BUCKET', 'segue-audio'),
    region: read.text('SEGUE_MINIO_REGION', REGION),
  }
}
