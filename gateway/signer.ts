/**
 * Owns the signing of chunk addresses: AWS Signature Version 4 in the query string, computed here, with no call to the store.
 * The signing key depends on the day alone and is kept, which makes a signature three hashes, in memory that is filled once a second.
 * Source: AWS General Reference, "Authenticating requests: using query parameters".
 */

import { hash } from 'node:crypto'
import type { Secret } from '../infra/runtime/secret.ts'
import { createHmac, type Hmac } from './hmac.ts'

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
  let day = ''
  let ofTheDay: Hmac = createHmac(Buffer.alloc(0))
  /** Of the addresses of this second: how their queries begin, and what is signed. */
  let queryHead = ''
  let signedHead = ''

  const turnTo = (nowS: number): void => {
    second = nowS
    const stamp = `${new Date(nowS * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
    if (!stamp.startsWith(day) || day === '') {
      day = stamp.slice(0, 8)
      ofTheDay = createHmac(signingKeyOf(config, day))
    }
    const scope = `${day}/${config.region}/s3/aws4_request`
    const credential = encodeURIComponent(`${config.accessKey}/${scope}`)
    queryHead = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=${stamp}&X-Amz-Expires=`
    signedHead = `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n`
  }

  return {
    sign(key, lifeS, nowMs, fence) {
      const nowS = Math.floor(nowMs / 1000)
      if (nowS !== second) turnTo(nowS)
      const path = folder + escapePath(key)
      // A parameter of ours is signed with the rest, and comes after theirs in the order of bytes.
      const ours = fence === 0 ? '' : `&x-segue-fence=${fence}`
      const query = `${queryHead}${lifeS}&X-Amz-SignedHeaders=host${ours}`
      const digest = hash('sha256', `GET\n${path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`)
      return `${origin}${path}?${query}&X-Amz-Signature=${ofTheDay.hex(signedHead + digest)}`
    },
  }
}

function signingKeyOf(config: SignerConfig, day: string): Buffer {
  const step = (key: Uint8Array, text: string) => createHmac(key).bytes(text)
  const first = Buffer.from(`AWS4${config.secretKey.reveal()}`)
  return step(step(step(step(first, day), config.region), 's3'), 'aws4_request')
}

/** Of letters that are never escaped, as those of chunks are. */
const PLAIN_PATH = /^[\w.~/-]*$/

/** Every byte but the unreserved ones of RFC 3986 is escaped; a slash separates. */
function escapePath(key: string): string {
  if (PLAIN_PATH.test(key)) return key
  return key
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll(/[!'()*]/g, escapeByte))
    .join('/')
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
