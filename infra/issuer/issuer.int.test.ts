/** Owns the test of the development issuer on its own port: the flow, the claims, rotation, refusals. */

import { mkdtemp, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import getPort from 'get-port'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLogger } from '../runtime/log.ts'
import { Secret } from '../runtime/secret.ts'
import type { IssuerConfig } from './config.ts'
import { type IssuerService, issuerService } from './issuer-service.ts'
import { PEOPLE } from './people.ts'
import { choosePerson, cookieHeader, signIn, signInBy, step, takeCookies } from './sign-in.ts'
import { rotateSigningKey } from './signing-keys.ts'

const GATEWAY = 'http://127.0.0.1:65010'
/** Behind whatever stands before the pages. */
const BACKCHANNEL = 'http://127.0.0.1:65012'
const SUPERSET = 'http://127.0.0.1:65011'
let config: IssuerConfig
let issuer: IssuerService

const tokensOf = (accountId: string) => signIn({ issuerUrl: config.url, redirectUri: `${GATEWAY}/`, accountId })

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL('/jwks', config.url)), {
    issuer: config.url,
    audience: 'segue-gateway',
    algorithms: ['ES256'],
  })

const tokenRequest = (fields: Record<string, string>) =>
  fetch(new URL('/token', config.url), {
    method: 'POST',
    headers: { origin: GATEWAY },
    body: new URLSearchParams({ client_id: 'segue-player', ...fields }),
  })

beforeAll(async () => {
  const port = await getPort()
  const path = await mkdtemp(join(tmpdir(), 'segue-issuer-'))
  const url = `http://127.0.0.1:${port}`
  const superset = { url: SUPERSET, clientId: 'segue-superset', clientSecret: new Secret('of the test') }
  const gateway = { gatewayOrigin: GATEWAY, backchannelOrigin: BACKCHANNEL }
  config = { host: '127.0.0.1', port, url, audience: 'segue-gateway', path, ...gateway, superset }
  issuer = issuerService(config, createLogger('issuer', 'silent'))
  await issuer.start(new AbortController().signal)
})

afterAll(async () => {
  await issuer.stop()
  await rm(config.path, { recursive: true, force: true })
})

describe('the development issuer', () => {
  test.each(PEOPLE)('gives $name an access token with the claims of the account', async (person) => {
    const { accessToken, expiresInS } = await tokensOf(person.accountId)
    const { payload, protectedHeader } = await verify(accessToken)
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(payload).toMatchObject({
      sub: person.accountId,
      name: person.name,
      plan: person.plan,
      country: person.country,
      roles: person.roles,
      client_id: 'segue-player',
    })
    // By which the gateway is told when this sign-in ends.
    expect(payload.sid).toMatch(/^\S{20,}$/)
    expect(expiresInS).toBe(600)
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600)
  })

  test('renews by refresh token, to the page of the gateway and no other origin', async () => {
    const { refreshToken } = await tokensOf('acct-ada')
    const response = await tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe(GATEWAY)
    const renewed = (await response.json()) as { access_token: string }
    expect((await verify(renewed.access_token)).payload.sub).toBe('acct-ada')

    const foreign = await fetch(new URL('/token', config.url), {
      method: 'POST',
      headers: { origin: 'http://elsewhere.example' },
      body: new URLSearchParams({ client_id: 'segue-player', grant_type: 'refresh_token', refresh_token: 'none' }),
    })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('a revoked refresh token is good for nothing', async () => {
    const { refreshToken } = await tokensOf('acct-ben')
    const revoked = await fetch(new URL('/token/revocation', config.url), {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'segue-player', token: refreshToken }),
    })
    expect(revoked.status).toBe(200)
    expect((await tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken })).status).toBe(400)
  })

  test('tells the gateway when a sign-in ends, and renews no token of it', async () => {
    const told: string[] = []
    const { port, hostname } = new URL(BACKCHANNEL)
    const gateway = createServer(async (request, response) => {
      told.push(`${request.url} ${await text(request)}`)
      response.end('{}')
    }).listen(Number(port), hostname)
    try {
      const cookies = new Map<string, string>()
      const { idToken, accessToken, refreshToken } = await signInBy(
        { issuerUrl: config.url, redirectUri: `${GATEWAY}/` },
        (authorize) => choosePerson('acct-ada')(authorize, cookies),
      )
      const ask = new URL('/session/end', config.url)
      ask.search = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: `${GATEWAY}/` }).toString()
      const page = await fetch(ask, { headers: { cookie: cookieHeader(cookies) } })
      takeCookies(page, cookies)
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
      const confirm = new URL('/session/end/confirm', config.url)
      expect((await step('the sign-out', confirm, cookies, { xsrf, logout: 'yes' })).href).toBe(`${GATEWAY}/`)

      const [path, body] = told[0]?.split(' ') ?? []
      expect([told.length, path]).toEqual([1, '/backchannel-logout'])
      const logoutToken = new URLSearchParams(body).get('logout_token') ?? ''
      const keys = createRemoteJWKSet(new URL('/jwks', config.url))
      const options = { issuer: config.url, audience: 'segue-player', typ: 'logout+jwt' }
      const { payload } = await jwtVerify(logoutToken, keys, options)
      expect(payload).toMatchObject({ sub: 'acct-ada', sid: (await verify(accessToken)).payload.sid })
      expect((await tokenRequest({ grant_type: 'refresh_token', refresh_token: refreshToken })).status).toBe(400)
    } finally {
      gateway.close()
    }
  })

  test('refuses a request without PKCE, an unknown person and an unregistered address', async () => {
    const plain = new URL('/auth', config.url)
    plain.search = new URLSearchParams({
      client_id: 'segue-player',
      response_type: 'code',
      redirect_uri: `${GATEWAY}/`,
      scope: 'openid',
    }).toString()
    const answer = await fetch(plain, { redirect: 'manual' })
    expect(answer.headers.get('location')).toContain('error=invalid_request')
    await expect(tokensOf('acct-nobody')).rejects.toThrow('answered 400')
    await expect(
      signIn({ issuerUrl: config.url, redirectUri: 'http://elsewhere.example/', accountId: 'acct-ada' }),
    ).rejects.toThrow('answered 400')
  })

  test('keeps its keys readable by the owner alone', async () => {
    expect((await stat(join(config.path, 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  test('after a rotation new tokens carry the new key and older ones stay good', async () => {
    const before = await tokensOf('acct-chiyo')
    const { keys } = await rotateSigningKey(config.path)
    await issuer.reload()
    const after = await tokensOf('acct-chiyo')
    const [older, newer] = [await verify(before.accessToken), await verify(after.accessToken)]
    expect(newer.protectedHeader.kid).toBe(keys[0]?.kid)
    expect(older.protectedHeader.kid).toBe(keys[1]?.kid)
    const published = (await (await fetch(new URL('/jwks', config.url))).json()) as { keys: object[] }
    expect(published.keys).toHaveLength(2)
    for (const key of published.keys) expect(key).not.toHaveProperty('d')
    const renewed = await tokenRequest({ grant_type: 'refresh_token', refresh_token: before.refreshToken })
    expect(renewed.status).toBe(200)
  })

  test('a page asks who is listening, by name, plan and country', async () => {
    const authorize = new URL('/auth', config.url)
    authorize.search = new URLSearchParams({
      client_id: 'segue-dashboard',
      response_type: 'code',
      redirect_uri: `${GATEWAY}/dashboard`,
      scope: 'openid',
      code_challenge: 'A'.repeat(43),
      code_challenge_method: 'S256',
    }).toString()
    const first = await fetch(authorize, { redirect: 'manual' })
    const page = await fetch(new URL(first.headers.get('location') ?? '', config.url), {
      headers: {
        cookie: first.headers
          .getSetCookie()
          .map((line) => line.split(';', 1)[0])
          .join('; '),
      },
    })
    const html = await page.text()
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    for (const person of PEOPLE) expect(html).toContain(person.name)
    expect(html).toContain('Family, Sweden')
  })
})
