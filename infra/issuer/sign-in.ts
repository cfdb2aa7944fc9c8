/** Owns signing in without a browser: the whole code flow with PKCE over HTTP, for tests and scripts. */

import { createHash, randomBytes } from 'node:crypto'

export interface CodeRequest {
  readonly issuerUrl: string
  /** One of the client's registered addresses: the gateway origin with `/`, `/dashboard` or `/cases`. */
  readonly redirectUri: string
  readonly clientId?: string
  readonly scope?: string
}

export interface SignInRequest extends CodeRequest {
  /** The account to sign in as, from `people.ts`. */
  readonly accountId: string
}

export interface Tokens {
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken: string
  readonly expiresInS: number
}

/** Says who somebody is to the page at `authorize`, and returns where the issuer sends them back to. */
export type SayWho = (authorize: URL, cookies: Map<string, string>) => Promise<URL>

/** Signs in at the development issuer. @throws when a step answers otherwise than the flow expects, saying which. */
export function signIn(request: SignInRequest): Promise<Tokens> {
  return signInBy(request, choosePerson(request.accountId))
}

/** Chooses a person at the page of the development issuer. */
export const choosePerson =
  (accountId: string): SayWho =>
  async (authorize, cookies) => {
    const choose = await step('the authorization request', authorize, cookies)
    const resume = await step('the choice of the person', choose, cookies, { person: accountId })
    return await step('the end of the sign-in', resume, cookies)
  }

/** Signs in at any issuer that has discovery. @throws as {@link signIn} */
export async function signInBy(request: CodeRequest, sayWho: SayWho): Promise<Tokens> {
  const clientId = request.clientId ?? clientOf(request.redirectUri)
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const endpoints = await endpointsOf(request.issuerUrl)

  const authorize = new URL(endpoints.authorization_endpoint)
  authorize.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: request.redirectUri,
    scope: request.scope ?? 'openid profile',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()

  const returned = await sayWho(authorize, new Map())
  const code = returned.searchParams.get('code')
  if (code === null || returned.searchParams.get('state') !== state) {
    throw new Error(`sign-in: no code came back: ${returned.searchParams.get('error_description') ?? returned.href}`)
  }
  return await askForTokens(endpoints.token_endpoint, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: request.redirectUri,
    code_verifier: verifier,
  })
}

/** @throws when they are refused */
export async function askForTokens(tokenEndpoint: string, fields: Record<string, string>): Promise<Tokens> {
  const response = await fetch(tokenEndpoint, { method: 'POST', body: new URLSearchParams(fields) })
  if (!response.ok)
    throw new Error(`sign-in: the token request was answered ${response.status}: ${await response.text()}`)
  const tokens = (await response.json()) as Record<string, unknown>
  return {
    accessToken: String(tokens.access_token),
    idToken: String(tokens.id_token),
    refreshToken: String(tokens.refresh_token),
    expiresInS: Number(tokens.expires_in),
  }
}

interface Endpoints {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly end_session_endpoint: string
}

export async function endpointsOf(issuerUrl: string): Promise<Endpoints> {
  const answer = await fetch(`${issuerUrl}/.well-known/openid-configuration`)
  return (await answer.json()) as Endpoints
}

/** By which the issuer knows the page at this address. */
const clientOf = (redirectUri: string): string =>
  new URL(redirectUri).pathname === '/' ? 'segue-player' : 'segue-dashboard'

/** Sends one request with the cookies so far, and returns where it redirects to. */
export async function step(
  what: string,
  url: URL,
  cookies: Map<string, string>,
  form?: Record<string, string>,
): Promise<URL> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: cookieHeader(cookies) },
    ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
  })
  takeCookies(response, cookies)
  const location = response.headers.get('location')
  if (location === null) {
    throw new Error(`sign-in: ${what} was answered ${response.status} without a redirect: ${await response.text()}`)
  }
  return new URL(location, url)
}

export function cookieHeader(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

export function takeCookies(response: Response, cookies: Map<string, string>): void {
  for (const line of response.headers.getSetCookie()) {
    const pair = line.split(';', 1)[0] ?? ''
    const at = pair.indexOf('=')
    if (at > 0) cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}
