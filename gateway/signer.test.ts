import { Client } from 'minio'
import { describe, expect, it } from 'vitest'
import { Secret } from '../infra/runtime/secret.ts'
import { createSigner } from './signer.ts'

describe('signer', () => {
  it('gives the signature of the published example of AWS', () => {
    const signer = createSigner({
      bucketUrl: 'https://examplebucket.s3.amazonaws.com',
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
      region: 'us-east-1',
    })
    const url = signer.sign('test.txt', 86_400, Date.UTC(2013, 4, 24), 0)
    expect(new URL(url).searchParams.get('X-Amz-Signature')).toBe(
      'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    )
  })

  it.each(['audio/018f0000-0000-7000-8000-000000000000/160/00012.m4s', "odd name (1)/é'*!.m4s"])(
    'is byte-equal to the minio client for %s',
    async (key) => {
      const nowMs = Date.UTC(2026, 1, 3, 4, 5, 6)
      const client = new Client({
        endPoint: '127.0.0.1',
        port: 19_000,
        useSSL: false,
        accessKey: 'segue',
        secretKey: 'not-a-real-secret',
        region: 'us-east-1',
      })
      const signer = createSigner({
        bucketUrl: 'http://127.0.0.1:19000/segue-audio',
        accessKey: 'segue',
        secretKey: new Secret('not-a-real-secret'),
        region: 'us-east-1',
      })
      const theirs = await client.presignedUrl('GET', 'segue-audio', key, 60, {}, new Date(nowMs))
      expect(signer.sign(key, 60, nowMs, 0)).toBe(theirs)
    },
  )

  it('turns to the next day at midnight UTC', () => {
    const config = {
      bucketUrl: 'http://127.0.0.1:1/b',
      accessKey: 'a',
      secretKey: new Secret('s'),
      region: 'us-east-1',
    }
    const lasting = createSigner(config)
    const midnight = Date.UTC(2026, 0, 1)
    lasting.sign('k', 60, midnight - 1, 0)
    expect(lasting.sign('k', 60, midnight, 0)).toBe(createSigner(config).sign('k', 60, midnight, 0))
    expect(lasting.sign('k', 60, midnight, 0)).toContain('20260101T000000Z')
  })
})
