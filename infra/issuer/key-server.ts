/** Owns an issuer for tests and benches: key pairs, the address where their public halves are published, and tokens good and bad. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

export interface KeyServer {
  readonly issuer: string
  readonly jwksUrl: string
  /** A token that is good unless `changes` say otherwise. */
  token(changes?: TokenChanges): Promise<string>
  /** Publishes a new key beside the old ones, and signs with it from now on. */
  rotate(): Promise<void>
  stop(): Promise<void>
}

export interface TokenChanges {
  readonly claims?: JWTPayload
  readonly issuer?: string
  readonly audience?: string
  readonly expiresInS?: number
  /** Of the header. */
  readonly type?: string
  /** Sign by a key that is not published, under the id of the one that is. */
  readonly foreignKey?: boolean
}

export async function startKeyServer(): Promise<KeyServer> {
  const keys: { kid: string; pair: KeyPair }[] = []
  const add = async () => {
    keys.unshift({ kid: `key-${keys.length + 1}`, pair: await generateKeyPair('ES256') })
  }
  await add()
  const foreign = await generateKeyPair('ES256')

  const server: Server = createServer(async (_request, response) => {
    const published = await Promise.all(
      keys.map(async ({ kid, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' })),
    )
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    rotate: add,
    async token(changes = {}) {
      const [newest] = keys
      if (newest === undefined) throw new Error('no key')
      const nowS = Math.floor(Date.now() / 1000)
      const ada = { sub: 'acct-ada', name: 'Ada', plan: 'individual', country: 'DE', roles: ['listener'] }
      return new SignJWT({ ...ada, ...changes.claims })
        .setProtectedHeader({ alg: 'ES256', kid: newest.kid, typ: changes.type ?? 'at+jwt' })
        .setIssuer(changes.issuer ?? issuer)
        .setAudience(changes.audience ?? 'segue-gateway')
        .setIssuedAt(nowS - 60)
        .setExpirationTime(nowS + (changes.expiresInS ?? 600))
        .sign(changes.foreignKey ? foreign.privateKey : newest.pair.privateKey)
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
