/** Owns the test of logout tokens: what the word of an issuer must be to end a sign-in. */

import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createLogoutTokenReader } from './logout-token.ts'

const ISSUER = 'https://issuer.example'
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }
const { publicKey, privateKey } = await generateKeyPair('ES256')
const foreign = await generateKeyPair('ES256')
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }] })
const read = createLogoutTokenReader({ issuer: ISSUER, algorithms: ['ES256'] }, ['player', 'dashboard'], keys)

interface Changes {
  readonly claims?: JWTPayload
  readonly type?: string
  readonly ageS?: number
  readonly key?: CryptoKey
}

const NOW_S = Math.floor(Date.now() / 1000)

function token({ claims = {}, type = 'logout+jwt', ageS = 0, key = privateKey }: Changes = {}): Promise<string> {
  const all = { iss: ISSUER, aud: 'player', sub: 'ada', sid: 's1', jti: 'j', iat: NOW_S - ageS, events: EVENTS }
  const told = Object.entries({ ...all, ...claims }).filter(([, value]) => value !== undefined)
  return new SignJWT(Object.fromEntries(told)).setProtectedHeader({ alg: 'ES256', kid: 'k', typ: type }).sign(key)
}

describe('S6 the word that a sign-in has ended', () => {
  it('names it, or all of the account', async () => {
    expect(await read(await token())).toEqual({ id: 's1', accountId: 'ada', atMs: NOW_S * 1000 })
    expect(
      await read(await token({ claims: { aud: ['dashboard'], sub: undefined } as unknown as JWTPayload })),
    ).toMatchObject({
      id: 's1',
      accountId: '',
    })
    expect(await read(await token({ claims: { sid: undefined } as unknown as JWTPayload }))).toMatchObject({
      id: '',
      accountId: 'ada',
    })
  })

  const NONE: readonly (readonly [string, Changes])[] = [
    ['an access token', { type: 'at+jwt' }],
    ['an id token', { type: 'JWT', claims: { nonce: 'n' } }],
    ['one with a nonce', { claims: { nonce: 'n' } }],
    ['one without the event', { claims: { events: {} } }],
    ['one whose events are a list', { claims: { events: Object.keys(EVENTS) } }],
    ['one of nobody', { claims: { sub: undefined, sid: undefined } as unknown as JWTPayload }],
    ['one for another client', { claims: { aud: 'superset' } }],
    ['one of another issuer', { claims: { iss: 'https://elsewhere.example' } }],
    ['one of long ago, sent again', { ageS: 600 }],
    ['one of the future', { ageS: -600 }],
    ['one by another key', { key: foreign.privateKey }],
    ['one that cannot be told apart from others', { claims: { jti: undefined } as unknown as JWTPayload }],
  ]
  it.each(NONE)('is not %s', async (_name, changes) => {
    expect(await read(await token(changes))).toBeUndefined()
  })

  it('is not what cannot be read; and what cannot be checked is said', async () => {
    expect(await read('nonsense')).toBeUndefined()
    const away = createLogoutTokenReader({ issuer: ISSUER, algorithms: ['ES256'] }, ['player'], async () => {
      throw new Error('no keys')
    })
    await expect(away(await token())).rejects.toThrow('no keys')
  })
})
