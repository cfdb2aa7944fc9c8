/** Owns the test of the issuer's keys: found by discovery, and waited for when one is new. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { createIssuerKeys } from './issuer-keys.ts'

let server: Server | undefined
afterEach(() => void server?.close())

async function issuer() {
  const keys: { kid: string; pair: Awaited<ReturnType<typeof generateKeyPair>> }[] = []
  const asked: string[] = []
  const said = { issuer: '' }
  const listening = createServer(async (request, response) => {
    asked.push(request.url ?? '')
    const published = keys.map(async ({ kid, pair }) => ({ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256' }))
    const body =
      request.url === '/realm/keys'
        ? { keys: await Promise.all(published) }
        : { issuer: said.issuer, jwks_uri: `${said.issuer}/keys` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}/realm`
  said.issuer = url
  const rotate = async () => {
    keys.unshift({ kid: `key ${keys.length + 1}`, pair: await generateKeyPair('ES256') })
  }
  const token = async (kid = keys[0]?.kid) => {
    const [newest] = keys
    if (newest === undefined) throw new Error('no key')
    return await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: kid ?? '' }).sign(newest.pair.privateKey)
  }
  await rotate()
  return { url, asked, said, rotate, token }
}

test('its keys are where its discovery says, which is asked once', async () => {
  const { url, asked, token } = await issuer()
  const keys = createIssuerKeys({ issuer: url, jwksUrl: undefined })
  const some = await token()
  await Promise.all(Array.from({ length: 20 }, () => jwtVerify(some, keys)))
  expect(asked).toEqual(['/realm/.well-known/openid-configuration', '/realm/keys'])
})

test('the discovery of another is not taken, and asked for again', async () => {
  const { url, said, token } = await issuer()
  const keys = createIssuerKeys({ issuer: url, jwksUrl: undefined })
  said.issuer = 'http://elsewhere.example'
  await expect(jwtVerify(await token(), keys)).rejects.toThrow('is that of http://elsewhere.example')
  said.issuer = url
  await jwtVerify(await token(), keys)
})

test('a new key is found though the keys were fetched a moment ago, and invented ones cost one fetch', async () => {
  const { url, asked, rotate, token } = await issuer()
  const keys = createIssuerKeys({ issuer: url, jwksUrl: `${url}/keys` })
  const invented = await Promise.all(Array.from({ length: 50 }, (_, n) => token(`invented ${n}`)))
  await jwtVerify(await token(), keys)
  const refused = Promise.allSettled(invented.map((one) => jwtVerify(one, keys)))
  await rotate()
  await jwtVerify(await token(), keys)
  expect((await refused).map(({ status }) => status)).toEqual(invented.map(() => 'rejected'))
  expect(asked).toEqual(['/realm/keys', '/realm/keys'])
})
