/** Owns the test of the gateway and its pages behind Keycloak: who is let in, who is not, sign-in by a browser, ends of sign-ins, rotation of keys. */

import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeProtectedHeader } from 'jose'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { PEOPLE, userNameOf } from '../infra/issuer/people.ts'
import { askForTokens, endpointsOf, signIn as signInAtIssuer, type Tokens } from '../infra/issuer/sign-in.ts'
import { type KeycloakAccountsConfig, keycloakAccountsConfig } from '../infra/keycloak/config.ts'
import { createKeycloakAccounts } from '../infra/keycloak/keycloak-accounts.ts'
import {
  type AskAdmin,
  asAdmin,
  asService,
  KEYCLOAK_WITHIN_MS,
  type Keycloak,
  serviceGrant,
  signInByPassword,
  startKeycloak,
} from '../infra/keycloak/testing/keycloak.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { Secret } from '../infra/runtime/secret.ts'
import { CLOSE_CODES, type CloseName } from '../protocol/close-codes.ts'
import { accessibilityFaults, launchBrowser, openPage } from './pages/testing/browser.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { type Looks, watchLooks } from './testing/looks.ts'
import { RawPlayer } from './testing/raw-player.ts'

/** Of five seconds that are promised, as a gateway looks once a second (`ended-sign-ins.test.ts`): counted so, a machine that is slow takes none away. */
const SOON_LOOKS = 5
const DEVICE = { id: 'd', name: 'n', kind: 'web' } as const

let keycloak: Keycloak
let gateway: GatewayProcess
let other: GatewayProcess
let tokenEndpoint: string
let admin: AskAdmin
let service: AskAdmin
let looks: Looks

beforeAll(async () => {
  const stack = inject('stackEnv')
  ;[keycloak] = await Promise.all([startKeycloak(), loadDemoCatalog(stack, () => undefined, { size: 'tiny' })])
  const env = {
    ...stack,
    SEGUE_ISSUER_URL: keycloak.issuerUrl,
    SEGUE_SIGN_INS_OF_AN_ACCOUNT_BURST: '10000',
    SEGUE_REFRESHES_PER_MINUTE: '1000',
  }
  gateway = await startGateway(env, keycloak.gatewayPort)
  other = await startGateway(env)
  tokenEndpoint = (await endpointsOf(keycloak.issuerUrl)).token_endpoint
  looks = await watchLooks(stack)
  admin = await asAdmin(keycloak)
  service = await asService(keycloak)
}, KEYCLOAK_WITHIN_MS)

afterAll(async () => {
  looks?.stop()
  await Promise.all([gateway?.stop(), other?.stop()])
  await keycloak?.stop()
})

const page = (path: string) => `http://127.0.0.1:${keycloak.gatewayPort}${path}`

const signIn = (name: string, path = '/', password = keycloak.secrets.keycloak_people_password) =>
  signInByPassword({ issuerUrl: keycloak.issuerUrl, redirectUri: page(path) }, name, password)

const renew = ({ refreshToken }: Tokens) =>
  askForTokens(tokenEndpoint, {
    grant_type: 'refresh_token',
    client_id: 'segue-player',
    refresh_token: refreshToken,
  })

async function api(path: string, token: string) {
  return (await fetch(`${gateway.http}${path}`, { headers: { authorization: `Bearer ${token}` } })).status
}

/** Says hello and sends the token. */
async function knock(token: string, at = gateway, from?: string): Promise<RawPlayer> {
  const player = RawPlayer.connect(at.ws, 'msgpack', from)
  await player.hears('hello')
  player.says({ type: 'authenticate', token, device: DEVICE })
  return player
}

describe('who signs in at Keycloak', () => {
  it.each(PEOPLE)('is known at the gateway by account, plan, country and roles: $name', async (person) => {
    const tokens = await signIn(userNameOf(person))
    const player = await knock(tokens.accessToken)
    const { accountId: id, name, plan, country, roles } = person
    expect((await player.hears('ready')).account).toEqual({ id, name, plan, country })
    player.hangUp()
    expect(await api('/api/catalog', tokens.accessToken)).toBe(200)
    expect(await api('/api/dashboard', tokens.accessToken)).toBe(roles.includes('analyst') ? 200 : 403)
    expect(await api('/api/catalog', (await renew(tokens)).accessToken)).toBe(200)
  })

  it('cannot give themselves another plan, or a role', async () => {
    const tokens = await signIn('ben')
    const account = `${keycloak.issuerUrl}/account`
    const asked = await fetch(account, {
      headers: { authorization: `Bearer ${tokens.accessToken}`, accept: 'application/json' },
    })
    // A token for the gateway opens nothing at Keycloak.
    expect(asked.status).toBeOneOf([401, 403])
    for (const path of ['/users/acct-ben', '/users']) {
      const answer = await fetch(`${keycloak.issuerUrl.replace('/realms/', '/admin/realms/')}${path}`, {
        headers: { authorization: `Bearer ${tokens.accessToken}` },
      })
      expect(answer.status).toBeOneOf([401, 403])
    }
    const profile = (await (await admin('GET', '/users/profile')).json()) as {
      attributes: { name: string; permissions: { edit: string[] } }[]
    }
    const edits = Object.fromEntries(profile.attributes.map(({ name, permissions }) => [name, permissions.edit]))
    expect(edits).toMatchObject({ plan: ['admin'], country: ['admin'], member: ['admin'] })
  })
})

describe('tokens that are not for the gateway', () => {
  const pieces = (token: string) => token.split('.') as [string, string, string]
  const packed = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const headed = (token: string, header: object) => {
    const body = `${packed({ ...decodeProtectedHeader(token), ...header })}.${pieces(token)[1]}`
    return (signature: (text: string) => string) => `${body}.${signature(body)}`
  }
  const publishedKeys = async () => await (await fetch(`${keycloak.issuerUrl}/protocol/openid-connect/certs`)).text()

  const CASES: readonly (readonly [string, (tokens: Tokens) => Promise<string> | string, CloseName])[] = [
    ['an id token', (tokens) => tokens.idToken, 'token_claims'],
    ['a refresh token', (tokens) => tokens.refreshToken, 'token_algorithm'],
    [
      "another client's",
      async () => (await askForTokens(tokenEndpoint, serviceGrant(keycloak.secrets))).accessToken,
      'token_audience',
    ],
    ['without a signature', ({ accessToken }) => headed(accessToken, { alg: 'none' })(() => ''), 'token_algorithm'],
    [
      'signed by the published keys as a shared secret',
      async ({ accessToken }) => {
        const keys = await publishedKeys()
        return headed(accessToken, { alg: 'HS256' })((text) =>
          createHmac('sha256', keys).update(text).digest('base64url'),
        )
      },
      'token_algorithm',
    ],
    [
      'with the claims of another',
      ({ accessToken }) => {
        const [header, claims, signature] = pieces(accessToken)
        const altered = {
          ...JSON.parse(Buffer.from(claims, 'base64url').toString()),
          sub: 'acct-ada',
          roles: ['analyst'],
        }
        return `${header}.${packed(altered)}.${signature}`
      },
      'token_signature',
    ],
    [
      'of the development issuer',
      async () => {
        const stack = inject('stackEnv')
        const redirectUri = `http://127.0.0.1:${stack.SEGUE_GATEWAY_PORT}/`
        const at = { issuerUrl: stack.SEGUE_ISSUER_URL ?? '', redirectUri, accountId: 'acct-ada' }
        return (await signInAtIssuer(at)).accessToken
      },
      'token_signature',
    ],
  ]
  it.each(CASES)('are refused: %s', async (_name, token, close) => {
    const player = await knock(await token(await signIn('chiyo')))
    expect(await player.closes()).toBe(CLOSE_CODES[close].code)
  })

  const GRANTS: readonly (readonly [string, Record<string, string>])[] = [
    [
      'by a password sent by a page',
      { grant_type: 'password', client_id: 'segue-player', username: 'ada', password: 'x' },
    ],
    [
      'by a guessed secret of a service',
      { ...{ grant_type: 'client_credentials', client_id: 'segue-services' }, client_secret: 'guess' },
    ],
    ['for a page itself', { grant_type: 'client_credentials', client_id: 'segue-player' }],
  ]
  it.each(GRANTS)('are not given %s', async (_name, fields) => {
    await expect(askForTokens(tokenEndpoint, fields)).rejects.toThrow(/answered 40[01]/)
  })

  it.each([
    ['without PKCE', {}],
    ['with plain PKCE', { code_challenge: 'A'.repeat(43), code_challenge_method: 'plain' }],
    [
      'that outlive the sign-in',
      { scope: 'openid offline_access', ...{ code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' } },
    ],
    [
      'in the address',
      { response_type: 'token', ...{ code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' } },
    ],
  ] as const)('are not given %s', async (_name, changes) => {
    const query = {
      client_id: 'segue-player',
      response_type: 'code',
      redirect_uri: page('/'),
      scope: 'openid',
      ...changes,
    }
    const asked = `${keycloak.issuerUrl}/protocol/openid-connect/auth?${new URLSearchParams(query)}`
    const answer = await fetch(asked, { redirect: 'manual' })
    expect(answer.headers.get('location')).toMatch(/error=(invalid_request|invalid_scope|unauthorized_client)/)
  })

  it('are not sent to an address that is not a page of ours', async () => {
    for (const redirectUri of ['http://elsewhere.example/', page('/dashboard'), `${page('/')}..//elsewhere.example`]) {
      const asked = { issuerUrl: keycloak.issuerUrl, redirectUri, clientId: 'segue-player' }
      await expect(signInByPassword(asked, 'ada', keycloak.secrets.keycloak_people_password)).rejects.toThrow('400')
    }
  })
})

describe('guessing a password', () => {
  it('locks the account for a while, even for the right one, and nobody else', async () => {
    for (let n = 0; n < 6; n += 1) await expect(signIn('emeka', '/', `guess ${n}`)).rejects.toThrow(/Invalid/)
    // What was guessed is counted beside the answer.
    await expect
      .poll(async () => (await service('GET', '/attack-detection/brute-force/users/acct-emeka')).json())
      .toMatchObject({ disabled: true })
    await expect(signIn('emeka')).rejects.toThrow(/Invalid/)
    expect((await signIn('freya')).accessToken).not.toBe('')
    expect((await service('DELETE', '/attack-detection/brute-force/users/acct-emeka')).status).toBe(204)
    expect((await signIn('emeka')).accessToken).not.toBe('')
  })
})

describe('the end of a sign-in', () => {
  it('closes its sockets at every gateway within seconds, and nothing of it opens anything any more', async () => {
    const tokens = await signIn('diego')
    const elsewhere = await signIn('diego')
    const here = await knock(tokens.accessToken)
    const { ticket } = await here.hears('ready')
    const there = await knock((await renew(tokens)).accessToken, other)
    const { ticket: dropped } = await there.hears('ready')
    const stays = await knock(elsewhere.accessToken, other)
    await stays.hears('ready')
    there.hangUp()

    await endSession(tokens)
    // Keycloak has told it before it answered.
    expect(await here.closes()).toBe(CLOSE_CODES.token_revoked.code)
    expect(looks.sinceTold()).toBeLessThanOrEqual(SOON_LOOKS)

    // The other gateway lets nobody in by it, or closes what it let in with its next look; from then on it knows.
    expect(await (await knock(tokens.accessToken, other)).closes()).toBe(CLOSE_CODES.token_revoked.code)
    expect(await api('/api/catalog', tokens.accessToken)).toBe(401)
    for (const lost of [ticket, dropped]) {
      const back = RawPlayer.connect(other.ws)
      await back.hears('hello')
      back.says({ type: 'resume', id: 1, ticket: lost, last_seq: 0 })
      expect(await back.closes()).toBe(CLOSE_CODES.token_revoked.code)
    }
    await expect(renew(tokens)).rejects.toThrow('400')
    // His other sign-in goes on.
    stays.says({ type: 'heartbeat', sent_at_ms: 1 })
    await stays.hears('heartbeat_ack')
    stays.hangUp()
  })

  it("is an operator's to say: all sign-ins of an account, which is locked", async () => {
    const [one, two] = [await signIn('freya'), await signIn('freya', '/dashboard')]
    const players = [await knock(one.accessToken), await knock(two.accessToken, other)]
    for (const player of players) await player.hears('ready')
    expect((await service('PUT', '/users/acct-freya', { enabled: false })).status).toBe(204)
    expect((await service('POST', '/users/acct-freya/logout')).status).toBe(204)
    for (const player of players) expect(await player.closes()).toBe(CLOSE_CODES.token_revoked.code)
    expect(looks.sinceTold()).toBeLessThanOrEqual(SOON_LOOKS)
    await expect(signIn('freya')).rejects.toThrow(/disabled/i)
    expect((await service('PUT', '/users/acct-freya', { enabled: true })).status).toBe(204)
    const back = await knock((await signIn('freya')).accessToken)
    await back.hears('ready')
    back.hangUp()
  })

  it('comes with that of the account, when a listener is erased: nobody signs in by it again', async () => {
    const tokens = await signIn('emeka')
    const players = [await knock(tokens.accessToken), await knock((await signIn('emeka')).accessToken, other)]
    for (const player of players) await player.hears('ready')
    const config = readEnv(keycloak.env, (read) => ({ accounts: keycloakAccountsConfig(read) })).accounts
    const accounts = createKeycloakAccounts(config as KeycloakAccountsConfig)
    expect(await accounts.remove('acct-emeka')).toBe(true)
    for (const player of players) expect(await player.closes()).toBe(CLOSE_CODES.token_revoked.code)
    await expect(renew(tokens)).rejects.toThrow('400')
    await expect(signIn('emeka')).rejects.toThrow(/Invalid/)
    expect(await accounts.remove('acct-emeka')).toBe(false)
    const stranger = createKeycloakAccounts({ ...(config as KeycloakAccountsConfig), secret: new Secret('not it') })
    await expect(stranger.remove('acct-freya')).rejects.toThrow(
      'Keycloak answered 401 to the sign-in of segue-services',
    )
  })

  it("is the issuer's to say: a logout token that is none ends nothing", async () => {
    const tokens = await signIn('petra')
    const player = await knock(tokens.accessToken)
    await player.hears('ready')
    for (const token of [tokens.idToken, tokens.accessToken, 'nonsense', '']) {
      const answer = await fetch(page('/backchannel-logout'), {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      })
      expect(answer.status).toBe(400)
    }
    player.says({ type: 'heartbeat', sent_at_ms: 1 })
    await player.hears('heartbeat_ack')
    player.hangUp()
  })
})

/** As the page does. */
async function endSession({ idToken }: Tokens): Promise<void> {
  const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: page('/') })
  const answer = await fetch(`${keycloak.issuerUrl}/protocol/openid-connect/logout?${query}`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, page('/')])
}

describe('rotation of the keys', () => {
  it('refuses no listener, while they come and go, and somebody invents key ids', async () => {
    const people = ['ada', 'ben', 'chiyo', 'diego', 'noor', 'petra']
    const chains = await Promise.all(people.map((name) => signIn(name)))
    const kids = new Set<string>()
    const closed: number[] = []
    let let_in = 0
    let over = false
    const comeAndGo = async (first: Tokens) => {
      const staying = await knock(first.accessToken, other)
      await staying.hears('ready')
      for (let tokens = first; !over; tokens = await renew(tokens)) {
        kids.add(String(decodeProtectedHeader(tokens.accessToken).kid))
        const player = await knock(tokens.accessToken)
        await player.hears('ready').then(
          () => {
            let_in += 1
            player.hangUp()
          },
          async () => closed.push(await player.closes()),
        )
        staying.says({ type: 'refresh', id: let_in + 1, token: tokens.accessToken })
        await staying.hears('refreshed')
      }
      staying.hangUp()
    }
    const invent = async () => {
      for (let n = 0; !over; n += 1) {
        const [header, ...rest] = (chains[0]?.accessToken ?? '').split('.')
        const invented = { ...JSON.parse(Buffer.from(header ?? '', 'base64url').toString()), kid: `invented ${n}` }
        const token = [Buffer.from(JSON.stringify(invented)).toString('base64url'), ...rest].join('.')
        // From another address: that one has to wait some day.
        void knock(token, gateway, '127.0.0.9').catch(() => undefined)
        await wait(200)
      }
    }
    const administrator = await asAdmin(keycloak)
    const load = [...chains.map(comeAndGo), invent()]
    await wait(2_000)
    for (const priority of [200, 300]) {
      const key = {
        name: `rotated ${priority}`,
        providerId: 'ecdsa-generated',
        providerType: 'org.keycloak.keys.KeyProvider',
        config: { priority: [String(priority)], ecdsaEllipticCurveKey: ['P-256'] },
      }
      expect((await administrator('POST', '/components', key)).status).toBe(201)
      await wait(3_000)
    }
    over = true
    await Promise.all(load)
    console.log(`rotation: ${let_in} sign-ins by ${kids.size} keys, ${closed.length} refused`)
    expect(closed).toEqual([])
    expect(kids.size).toBe(3)
    expect(let_in).toBeGreaterThan(people.length * 3)
  })
})

describe('the pages', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
  })

  const soon: typeof expect.poll = (look, options) => expect.poll(look, { interval: 100, ...options })
  const shoot = async (shown: Page, name: string) => {
    const folder = process.env.SEGUE_SCREENSHOTS
    if (folder !== undefined) await shown.screenshot({ path: join(folder, `keycloak-${name}.png`) })
  }
  const fillIn = async (shown: Page, name: string) => {
    await shown.getByLabel('Username').fill(name)
    await shown.getByLabel('Password', { exact: true }).fill(keycloak.secrets.keycloak_people_password)
    await shoot(shown, 'form')
    await shown.getByRole('button', { name: 'Sign In' }).click()
    await shown.getByRole('button', { name: 'Sign out' }).waitFor()
  }

  it('let a listener sign in, hear, be signed out from elsewhere, and sign in again', async () => {
    const { page: shown, marks, errors, close } = await openPage(browser, page('/'))
    await shown.getByRole('button', { name: 'Sign in' }).click()
    await fillIn(shown, 'ada')
    await shown.getByRole('button', { name: 'Neon Umbrella' }).click()
    await soon(async () => (await marks()).state).toBe('playing')
    await shoot(shown, 'player')
    expect(errors).toEqual([])
    expect((await service('POST', '/users/acct-ada/logout')).status).toBe(204)
    await shown.getByText('You were signed out').waitFor()
    await shoot(shown, 'signed-out')
    expect(await accessibilityFaults(shown)).toEqual([])
    await shown.getByRole('button', { name: 'Sign in' }).click()
    await fillIn(shown, 'ada')
    await shown.getByRole('button', { name: 'Sign out' }).click()
    // By then Keycloak has forgotten as well: it asks again.
    await shown.getByRole('button', { name: 'Sign in' }).click()
    await shown.getByLabel('Username').waitFor()
    await close()
  })

  it('let an analyst come from the player without a second password; who is none signs in as someone else', async () => {
    const { page: shown, marks, close } = await openPage(browser, page('/dashboard'))
    await shown.getByRole('button', { name: 'Sign in' }).click()
    await fillIn(shown, 'ben')
    await shown.getByText('The dashboard is for analysts').waitFor()
    await shown.getByRole('button', { name: 'Sign in as someone else' }).click()
    await fillIn(shown, 'noor')
    await soon(async () => (await marks()).state).toBe('live')
    await shoot(shown, 'dashboard')
    await shown.getByRole('link', { name: 'Player' }).click()
    await shown.getByRole('button', { name: 'Neon Umbrella' }).waitFor()
    await shown.getByRole('link', { name: 'Dashboard' }).click()
    await soon(async () => (await marks()).state).toBe('live')
    expect((await service('POST', '/users/acct-noor/logout')).status).toBe(204)
    await shown.getByText('You were signed out').waitFor()
    await close()
  })
})
