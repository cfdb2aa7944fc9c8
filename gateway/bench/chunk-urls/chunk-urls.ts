/** Owns what a chunk address costs: the whole string, signed by the gateway or by the client of the store, each of them equal to the other byte for byte. */

import { createMinioClient } from '../../../infra/minio/client.ts'
import { chunkKey } from '../../../infra/minio/keys.ts'
import { Secret } from '../../../infra/runtime/secret.ts'
import { createSigner } from '../../signer.ts'

export const SIGNERS = ['gateway', 'minio'] as const
export type SignerName = (typeof SIGNERS)[number]

export interface UrlsSigned {
  readonly perSecond: number
  /** Of one processor. */
  readonly cpuUs: number
}

const TRACK_ID = '018f0000-0000-7000-8000-00000000c001'
const CHUNKS = 60
const LIFE_S = 60
const URL = 'http://127.0.0.1:19000'
const WARM_URLS = 5_000
/** Between two looks at the clock. */
const URLS_A_LOOK = 500
const keys = Array.from({ length: CHUNKS }, (_, index) => chunkKey(TRACK_ID, 160, index))
const config = {
  ...{ url: URL, accessKey: new Secret('segue'), secretKey: new Secret('of the bench') },
  ...{ bucket: 'segue-audio', region: 'us-east-1' },
}

/** @throws {Error} when one address is not that of the other. */
export async function benchChunkUrls(name: SignerName, forMs: number): Promise<UrlsSigned> {
  const { accessKey, secretKey, region, bucket } = config
  const signer = createSigner({
    ...{ secretKey, region },
    accessKey: accessKey.reveal(),
    bucketUrl: `${URL}/${bucket}`,
  })
  const client = createMinioClient(config)
  const byMinio = (key: string, nowMs: number) => client.presignedUrl('GET', bucket, key, LIFE_S, {}, new Date(nowMs))
  for (const key of keys) {
    const nowMs = Date.now()
    const [ours, theirs] = [signer.sign(key, LIFE_S, nowMs, 0), await byMinio(key, nowMs)]
    if (ours !== theirs) throw new Error(`the gateway signs ${ours}, the client of the store ${theirs}`)
  }
  const some = async (count: number) => {
    const nowMs = Date.now()
    for (let i = 0; i < count; i += 1) {
      const key = keys[i % CHUNKS] ?? ''
      if (name === 'gateway') signer.sign(key, LIFE_S, nowMs, 0)
      else await byMinio(key, nowMs)
    }
  }
  await some(WARM_URLS)
  const began = performance.now()
  const before = process.cpuUsage()
  let urls = 0
  while (performance.now() - began < forMs) {
    await some(URLS_A_LOOK)
    urls += URLS_A_LOOK
  }
  const { user, system } = process.cpuUsage(before)
  return { perSecond: (1_000 * urls) / (performance.now() - began), cpuUs: (user + system) / urls }
}
