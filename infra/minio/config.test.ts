import { expect, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { minioConfig, signingConfig } from './config.ts'

const env = {
  SEGUE_MINIO_URL: 'http://store.inner:9000',
  SEGUE_MINIO_GATEWAY_ACCESS_KEY: 'segue-gateway',
  SEGUE_MINIO_GATEWAY_SECRET_KEY: 'a secret',
}
const minio = (read: Parameters<typeof signingConfig>[0]) => ({
  signs: signingConfig(read),
  asks: minioConfig(read, 'gateway'),
})

test('players are sent to the public address, and servers ask at their own', () => {
  const { signs, asks } = readEnv({ ...env, SEGUE_MINIO_PUBLIC_URL: 'https://audio.example.com' }, minio)
  expect(signs).toMatchObject({ url: env.SEGUE_MINIO_URL, publicUrl: 'https://audio.example.com' })
  expect(asks.url).toBe(env.SEGUE_MINIO_URL)
})

test('without a public address both are one', () => {
  expect(readEnv(env, minio).signs.publicUrl).toBe(env.SEGUE_MINIO_URL)
})
