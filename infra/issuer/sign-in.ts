/** Owns signing in without a browser: the whole code flow with PKCE over HTTP, for tests and scripts. */

import { createHash, randomBytes } from 'node:crypto'

export interface SignInRequest {
  readonly issuerUrl: string
  /** One of the client's registered addresses: the gateway origin with `/`, `/dashboard` or `/cases`. */
  readonly redirectUri: string
  /** The account to sign in as, from `people.ts`. */
  readonly accountId: string
  readonly clientId?: string
  readonly scope?: string
}

export interface Tokens {
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken: string
  readonly expiresInS: number
}

/** Signs in at the development issuer. @throws when a step answers otherwise than the flow expects, saying which. */
export async function signIn(request: SignInRequest): Promise<Tokens> {
  const clientId = request.clientId ?? 'segue-player'
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const cookies = new Map<string, string>()

  const authorize = new URL('/auth', request.issuerUrl)
  authorize.search = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: request.redirectUri,
    scope: request.scope ?? 'openid profile',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()

  const choose = await step('the authorization request', authorize, cookies)
  const resume = await step('the choice of the person', choose, cookies, { person: request.accountId })
  const returned = await step('the end of the sign-in', resume, cookies)
  const code = returned.searchParams.get('code')
  if (code === null || returned.searchParams.get('state') !== state) {
    throw new Error(`sign-in: no code came back: ${returned.searchParams.get('error_description') ?? returned.href}`)
  }

  const response = await fetch(new URL('/token', request.issuerUrl), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      code,
      redirect_uri: request.redirectUri,
      code_verifier: verifier,
    }),
  })
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
