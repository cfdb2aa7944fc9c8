/** Owns the keys the issuer signs with: ES256, made at first start, kept in one file, newest first. */

import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'

/** A private EC key as JWK. The first of a list signs; the others are published, so that older tokens stay good. */
export interface SigningKey {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  readonly d: string
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

/** Two: the one that signs, and the one before it until its last token has expired. */
const MAX_KEYS = 2

/** What signs the cookies of the sign-in page, and the keys that sign tokens. */
export interface IssuerSecrets {
  readonly cookieKeys: readonly string[]
  readonly keys: readonly SigningKey[]
}

const fileIn = (folder: string) => join(folder, 'keys.json')

/** Reads the secrets of `folder`, or makes them when there are none yet. */
export async function loadIssuerSecrets(folder: string): Promise<IssuerSecrets> {
  const text = await readFile(fileIn(folder), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new Error(`cannot read the signing keys in ${fileIn(folder)}`, { cause: error })
  })
  if (text === undefined) {
    const made = { cookieKeys: [randomText()], keys: [await makeKey()] }
    await save(folder, made)
    return made
  }
  const secrets: unknown = JSON.parse(text)
  if (!isSecrets(secrets)) {
    throw new Error(`${fileIn(folder)} does not hold signing keys; remove it and new ones are made at the next start`)
  }
  return secrets
}

/** Adds a key that signs from the next reload (SIGHUP or restart) on; the oldest beyond two is dropped. */
export async function rotateSigningKey(folder: string): Promise<IssuerSecrets> {
  const before = await loadIssuerSecrets(folder)
  const after = { ...before, keys: [await makeKey(), ...before.keys].slice(0, MAX_KEYS) }
  await save(folder, after)
  return after
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const { x, y, d } = await exportJWK(privateKey)
  if (x === undefined || y === undefined || d === undefined) throw new Error('a made EC key lacks x, y or d')
  const kid = await calculateJwkThumbprint({ kty: 'EC', crv: 'P-256', x, y })
  return { kty: 'EC', crv: 'P-256', x, y, d, kid, alg: 'ES256', use: 'sig' }
}

function randomText(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
}

/** Whole or not at all: the file is written beside and moved into place. */
async function save(folder: string, secrets: IssuerSecrets): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const beside = `${fileIn(folder)}.${process.pid}`
  await writeFile(beside, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  await chmod(beside, 0o600)
  await rename(beside, fileIn(folder))
}

function isSecrets(value: unknown): value is IssuerSecrets {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !('cookieKeys' in value)) return false
  return (
    Array.isArray(value.cookieKeys) && Array.isArray(value.keys) && value.keys.length > 0 && value.keys.every(isKey)
  )
}

function isKey(value: unknown): value is SigningKey {
  if (typeof value !== 'object' || value === null) return false
  const key = value as Record<string, unknown>
  return key.kty === 'EC' && ['x', 'y', 'd', 'kid'].every((field) => typeof key[field] === 'string')
}
