/** Owns the test that secrets are found which somebody planted, and nothing where there is none. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { findSecrets } from './find-secrets.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
/** Made here and now: written out, each of them would be found in this file. */
const letters = (count: number) => randomBytes(count).toString('hex').toUpperCase().slice(0, count)
const privateKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey

const PLANTED: readonly (readonly [string, string])[] = [
  ['an access key of AWS', `const key = 'AKIA${letters(16)}'`],
  ['a secret key of AWS', `AWS_SECRET_ACCESS_KEY = ${letters(40)}`],
  ['a private key', privateKey],
  ['a token of GitHub', `token: ghp_${letters(36)}`],
  ['a token of npm', `//registry.example/:_authToken=npm_${letters(36)}`],
  ['an address with a password', ['postgres://segue', `${letters(12)}@db.example:5432/segue`].join(':')],
]

describe('a file', () => {
  test.each(PLANTED)('with %s is found, by its line and without the secret', async (_what, secret) => {
    const found = await findSecrets('workers/somewhere.ts', bytes(`first line\n${secret}\n`))
    expect(found[0]).toMatchObject({ path: 'workers/somewhere.ts', line: 2 })
    expect(JSON.stringify(found)).not.toContain(secret.slice(-16).trim())
  })

  test.each([
    ['that reads a secret from outside', `const key = read.secret('SEGUE_MINIO_SECRET_KEY')`],
    ['with a hash', `sha256-${randomBytes(32).toString('base64')}`],
    ['of bytes', '\0\u0001'],
  ])('%s is let be', async (_what, text) => {
    expect(await findSecrets('workers/somewhere.ts', bytes(text))).toEqual([])
  })
})
