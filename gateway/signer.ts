/**
 * Owns the signing of chunk addresses: AWS Signature Version 4 in the query string, computed here, with no call to the store.
 * The signing key depends on the day alone and is kept, which makes a signature two hashes.
 * Source: AWS General Reference, "Authenticating requests: using query parameters".
 */

import { createHash, createHmac } from 'node:crypto'
import type { Secret } from '../infra/runtime/secret.ts'

export interface SignerConfig {
  /** The bucket as players reach it, by path or by host: `http://127.0.0.1:19000/segue-audio`. */
  readonly bucketUrl: string
  readonly accessKey: string
  readonly secretKey: Secret
  readonly region: string
}

export interface Signer {
  /** The whole address by which `key` may be fetched until `lifeS` seconds after `nowMs`; the store logs it with the fence of the lease. */
  sign(key: string, lifeS: number, nowMs: number, fence: number): string
}

export function createSigner(config: SignerConfig): Signer {
  const { host, origin, pathname } = new URL(config.bucketUrl)
  const folder = pathname.endsWith('/') ? pathname : `${pathname}/`
  let second = -1
  let stamp = ''
  let day = ''
  let scope = ''
  let signingKey: Buffer = Buffer.alloc(0)

  const turnTo = (nowS: number): void => {
    second = nowS
    stamp = `${new Date(nowS * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
    if (stamp.startsWith(day) && day !== '') return
    day = stamp.slice(0, 8)
    scope = `${day}/${config.region}/s3/aws4_request`
    signingKey = signingKeyOf(config, day)
  }

  return {
    sign(key, lifeS, nowMs, fence) {
      const nowS = Math.floor(nowMs / 1000)
      if (nowS !== second) turnTo(nowS)
      const path = folder + escapePath(key)
      // A parameter of ours is signed with the rest, and comes after theirs in the order of bytes.
      const ours = fence === 0 ? '' : `&x-segue-fence=${fence}`
      const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${config.accessKey}/${scope}`)}&X-Amz-Date=${stamp}&X-Amz-Expires=${lifeS}&X-Amz-SignedHeaders=host${ours}`
      const request = `GET\n${path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`
      const digest = createHash('sha256').update(request).digest('hex')
      const signature = createHmac('sha256', signingKey)
        .update(`AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${digest}`)
        .digest('hex')
      return `${origin}${path}?${query}&X-Amz-Signature=${signature}`
    },
  }
}

function signingKeyOf(config: SignerConfig, day: string): Buffer {
  const step = (key: Buffer | string, text: string) => createHmac('sha256', key).update(text).digest()
  return step(step(step(step(`AWS4${config.secretKey.reveal()}`, day), config.region), 's3'), 'aws4_request')
}

/** Every byte but the unreserved ones of RFC 3986 is escaped; a slash separates. */
function escapePath(key: string): string {
  return key
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll(/[!'()*]/g, escapeByte))
    .join('/')
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
