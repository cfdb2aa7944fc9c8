/** Owns the form in which MinIO's admin takes what holds a secret: sealed by the admin's own key, over TLS or not. */

import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto'

const SALT_BYTES = 32
/** PBKDF2 and AES-256-GCM: of the three ways that MinIO opens, the one for which Node has all. */
const PBKDF2_AES_GCM = 2
const ITERATIONS = 8_192
const KEY_BYTES = 32
const NONCE_BYTES = 8
/** A longer body would be sealed in several parts. */
const MAX_BYTES = 16_384
const LAST_PART = 0x80

/** Salt, algorithm, nonce, and one sealed part: its number is in its nonce, and what is added to it says that it is the last. */
export function sealBody(adminSecret: string, body: string): Buffer {
  const bytes = Buffer.from(body)
  if (bytes.length > MAX_BYTES) throw new RangeError(`a body of ${bytes.length} bytes is longer than ${MAX_BYTES}`)
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const key = pbkdf2Sync(adminSecret, salt, ITERATIONS, KEY_BYTES, 'sha256')
  const seal = (part: number, plain: Buffer, added: Buffer) => {
    const number = Buffer.alloc(4)
    number.writeUInt32LE(part)
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([nonce, number])).setAAD(added)
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
  const begin = seal(0, Buffer.alloc(0), Buffer.alloc(0))
  const sealed = seal(1, bytes, Buffer.concat([Buffer.of(LAST_PART), begin]))
  return Buffer.concat([salt, Buffer.of(PBKDF2_AES_GCM), nonce, sealed])
}
