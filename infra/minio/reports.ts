/** Owns the bucket of reports: what is written about a month, each object with the hash of its bytes beside it. */

import type { Readable } from 'node:stream'
import type { EnvReader } from '../runtime/env.ts'
import { createMinioClient } from './client.ts'
import { bucketNames, type MinioConfig, minioConfig } from './config.ts'
import { objectThere } from './object-there.ts'

export interface ReportObject {
  readonly key: string
  readonly contentType: string
  /** SHA-256, in hex: of the bytes, or of what they were before they were compressed. */
  readonly hash: string
}

export interface ReportStore {
  putBytes(object: ReportObject, bytes: Buffer): Promise<void>
  putFile(object: ReportObject, path: string): Promise<void>
  /** Undefined: it is not there. */
  get(key: string): Promise<Readable | undefined>
}

/** The store that chunks are in, another bucket of it, and a user of its own. */
export const reportsConfig = (read: EnvReader): MinioConfig => ({
  ...minioConfig(read, 'royalties'),
  bucket: bucketNames(read).reports,
})

export async function openReports(config: MinioConfig): Promise<ReportStore> {
  const client = createMinioClient(config)
  if (!(await client.bucketExists(config.bucket))) {
    throw new Error(`there is no bucket ${config.bucket}: npm start makes it, or whoever runs the store`)
  }
  const about = ({ contentType, hash }: ReportObject) => ({ 'Content-Type': contentType, 'x-amz-meta-sha256': hash })
  return {
    async putBytes(object, bytes) {
      const put = () => client.putObject(config.bucket, object.key, bytes, bytes.length, about(object))
      // A connection that was idle while a large document was made may have been closed at the other end.
      await put().catch((cause: unknown) => (isBroken(cause) ? put() : Promise.reject(cause)))
    },
    async putFile(object, path) {
      await client.fPutObject(config.bucket, object.key, path, about(object))
    },
    get: (key) => objectThere(client, config.bucket, key),
  }
}

function isBroken(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'EPIPE' || cause.code === 'ECONNRESET')
}
