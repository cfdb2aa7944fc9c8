/** Owns the client of the object store. */

import { Client } from 'minio'
import type { MinioConfig } from './config.ts'

export type MinioClient = Client

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
  })
}
