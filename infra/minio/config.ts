/** Owns where the object store is and as whom it is reached, read from the environment. */

import type { EnvReader } from '../runtime/env.ts'
import type { Secret } from '../runtime/secret.ts'
import { type BucketNames, keyVariables, type StoreUser } from './users.ts'

/** MinIO's own default; a signature names it. */
const REGION = 'us-east-1'

export interface MinioConfig {
  /** As servers reach it. */
  readonly url: string
  readonly accessKey: Secret
  readonly secretKey: Secret
  readonly bucket: string
  readonly region: string
}

/** Of who signs addresses. */
export interface SigningConfig extends MinioConfig {
  /** As players reach it: part of every address that is signed, and never asked from here. */
  readonly publicUrl: string
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

export function signingConfig(read: EnvReader): SigningConfig {
  const config = minioConfig(read, 'gateway')
  return { ...config, publicUrl: read.optionalUrl('SEGUE_MINIO_PUBLIC_URL', ['http', 'https']) ?? config.url }
}
