import { createCipheriv, createDecipheriv, pbkdf2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { sealBody } from './sealed-body.ts'
import { foreignKeys, keyVariables, policyOf, STORE_USER_NAMES } from './users.ts'

const BUCKETS = { audio: 'songs', reports: 'papers' }

test('a policy names the buckets of its user, and no other', () => {
  expect(policyOf('gateway', BUCKETS).Statement).toEqual([
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::songs', 'arn:aws:s3:::songs/*'] },
  ])
  expect(JSON.stringify(policyOf('royalties', BUCKETS))).not.toContain('songs')
})

test('nobody but the admin takes anything away, or has a star for an action', () => {
  const actions = STORE_USER_NAMES.flatMap((user) => policyOf(user, BUCKETS).Statement.flatMap(({ Action }) => Action))
  expect(actions.filter((action) => /Delete|\*/.test(action))).toEqual([])
})

test('all keys but those of its own user are foreign to a program', () => {
  const all = (['admin', ...STORE_USER_NAMES] as const).flatMap((user) => Object.values(keyVariables(user)))
  const foreign = foreignKeys(['gateway'])
  expect(all.filter((name) => !foreign.includes(name))).toEqual([
    'SEGUE_MINIO_GATEWAY_ACCESS_KEY',
    'SEGUE_MINIO_GATEWAY_SECRET_KEY',
  ])
  expect(foreignKeys([])).toEqual(all)
})

test('what holds a secret is opened by the key of the admin alone, and each time it is other bytes', () => {
  const sealed = sealBody('of the admin', 'told')
  expect(open('of the admin', sealed)).toBe('told')
  expect(() => open('of another', sealed)).toThrow()
  expect(sealBody('of the admin', 'told').equals(sealed)).toBe(false)
  expect(() => sealBody('of the admin', 'x'.repeat(16_385))).toThrow(RangeError)
})

/** As MinIO reads it: the tag over nothing, of part 0, is said with part 1. */
function open(secret: string, sealed: Buffer): string {
  const [salt, way, nonce] = [sealed.subarray(0, 32), sealed[32], sealed.subarray(33, 41)]
  expect(way).toBe(2)
  const key = pbkdf2Sync(secret, salt, 8_192, 32, 'sha256')
  const numbered = (part: number) => Buffer.concat([nonce, Buffer.of(part, 0, 0, 0)])
  const begin = createCipheriv('aes-256-gcm', key, numbered(0))
  begin.final()
  const part = createDecipheriv('aes-256-gcm', key, numbered(1), { authTagLength: 16 })
  part.setAAD(Buffer.concat([Buffer.of(0x80), begin.getAuthTag()])).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([part.update(sealed.subarray(41, -16)), part.final()]).toString()
}
