import { randomBytes } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { ensureBucket } from '../minio/bucket.ts'
import { createMinioClient } from '../minio/client.ts'
import { minioConfig } from '../minio/config.ts'
import { readEnv } from '../runtime/env.ts'
import { placeOf } from './config.ts'
import { keepsBackups } from './place.contract.ts'

const stack = inject('stackEnv')
const env = {
  SEGUE_BACKUP_STORE_URL: stack.SEGUE_MINIO_URL,
  SEGUE_BACKUP_STORE_ACCESS_KEY: stack.SEGUE_MINIO_ACCESS_KEY,
  SEGUE_BACKUP_STORE_SECRET_KEY: stack.SEGUE_MINIO_SECRET_KEY,
}

describe('a bucket', () => {
  keepsBackups(async () => {
    const config = { ...readEnv(stack, (read) => minioConfig(read, 'admin')), bucket: 'backup-places' }
    await ensureBucket(createMinioClient(config), config)
    return await placeOf(env, `s3://backup-places/${randomBytes(6).toString('hex')}`)
  })

  test('that is not there, or whose store is not named, is told of', async () => {
    await expect(placeOf(env, 's3://no-such-bucket')).rejects.toThrow(/there is no bucket no-such-bucket .*: make it/)
    await expect(placeOf({}, 's3://backup-places')).rejects.toThrow('SEGUE_BACKUP_STORE_URL is not set')
  })
})
