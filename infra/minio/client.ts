/** Owns the client of the object store. */

import { Client } from 'minio'
import type { MinioConfig } from './config.ts'

export type MinioClient = Client

/** Of a stream whose length is not known, a part is held in memory whole, and there are 10,000 at most: of 64 MB, an object has up to 640 GB. */
const PART_BYTES = 64 * 1024 * 1024

export function createMinioClient(config: MinioConfig): MinioClient {
  const { hostname, port, protocol } = new URL(config.url)
  const useSSL = protocol === 'https:'
  return new Client({
    endPoint: hostname,
    port: port === '' ? (useSSL ? 443 : 80) : Number(port),
    useSSL,
    accessKey: config.accessKey.reveal(),
    secretKey: config.secretKey.reveal(),
    // Named, so that the client does not ask the store for it before the first request.
    region: config.region,
    partSize: PART_BYTES,
  })
}
