/** Owns signing in from a page: authorization code with PKCE, tokens kept for this tab alone, renewed before they expire. */

import type { PageConfig } from './gateway-api.ts'
import { challengeOf, claimsIn, randomText, type TokenClaims } from './token-text.ts'

/** Who is signed in, as the token says. The gateway is the one that checks it. */
export type Account = TokenClaims

export interface SignIn {
  /** Undefined when nobody is signed in. */
  readonly account: Account | undefined
  /** An access token that is good for the next half minute at least, or a `fresh` one. @throws {SignInEnded} */
  token(fresh?: boolean): Promise<string>
  /** Leaves for the issuer; comes back to this page. */
  begin(): Promise<void>
  /** Forgets, and leaves for the issuer, so that the next sign-in asks again; `thenBegin`: at once. */
  end(options?: { thenBegin?: boolean }): Promise<void>
  /** The issuer has ended it: forgets, and opens this page anew, which says so. */
  lost(): void
  /** That happened just now. */
  readonly wasLost: boolean
}

/** The tokens cannot be renewed: someone has to sign in again. */
export class SignInEnded extends Error {
  constructor(options?: ErrorOptions) {
    super('The sign-in has ended. Sign in again.', options)
    this.name = 'SignInEnded'
  }
}

interface Discovery {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly revocation_endpoint?: string
  readonly end_session_endpoint?: string
}

interface Tokens {
  readonly access_token: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly expires_at_ms: number
}

interface Pending {
  readonly state: string
  readonly verifier: string
  /** Of the address of the page: the issuer sends back to the path alone. */
  readonly search: string
}

/** By client: each page of a tab has a sign-in of its own, and the issuer asks once for all. */
const TOKENS = 'segue.tokens.'
const PENDING = 'segue.sign-in'
/** What the page is to do when it is opened next. */
const NEXT = 'segue.sign-in.next'
const RENEW_BEFORE_MS = 30_000

/** Opens the sign-in of this page; when the issuer has just sent the browser back, finishes it. */
/** @param clientId by which the issuer knows this page */
export async function openSignIn(config: PageConfig, clientId: string): Promise<SignIn> {
  const response = await fetch(`${config.issuer}/.well-known/openid-configuration`).catch((cause: unknown) => {
    throw new Error('The sign-in server does not answer. Is it running?', { cause })
  })
  if (!response.ok) throw new Error(`The sign-in server answered ${response.status}.`)
  const discovery = (await response.json()) as Discovery
  const here = `${location.origin}${location.pathname}`

  const askForTokens = async (fields: Record<string, string>): Promise<Tokens> => {
    const answer = await fetch(discovery.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, ...fields }),
    })
    if (answer.status === 400 || answer.status === 401) throw new SignInEnded()
    if (!answer.ok) throw new Error(`The sign-in server answered ${answer.status}.`)
    const given = (await answer.json()) as Omit<Tokens, 'expires_at_ms'> & { expires_in: number }
    const tokens = { ...given, expires_at_ms: Date.now() + given.expires_in * 1_000 }
    sessionStorage.setItem(TOKENS + clientId, JSON.stringify(tokens))
    return tokens
  }

  const finish = async (): Promise<Tokens | undefined> => {
    const query = new URLSearchParams(location.search)
    const pending = stored<Pending>(PENDING)
    if (!query.has('state')) return undefined
    // Once: going back or reloading must not send the same code again.
    sessionStorage.removeItem(PENDING)
    history.replaceState(null, '', `${here}${pending?.search ?? ''}`)
    if (pending === undefined || query.get('state') !== pending.state) return undefined
    const code = query.get('code')
    if (code === null) throw new Error(query.get('error_description') ?? 'The sign-in was not completed.')
    return askForTokens({
      grant_type: 'authorization_code',
      code,
      redirect_uri: here,
      code_verifier: pending.verifier,
    })
  }

  let tokens = (await finish()) ?? stored<Tokens>(TOKENS + clientId)
  let renewing: Promise<Tokens> | undefined

  const renew = (refreshToken: string): Promise<Tokens> => {
    renewing ??= askForTokens({ grant_type: 'refresh_token', refresh_token: refreshToken }).finally(() => {
      renewing = undefined
    })
    return renewing
  }

  const signIn: SignIn = {
    get account() {
      return tokens === undefined ? undefined : claimsIn(tokens.access_token, config.claims)
    },
    async token(fresh = false) {
      if (tokens === undefined) throw new SignInEnded()
      if (!fresh && tokens.expires_at_ms - Date.now() > RENEW_BEFORE_MS) return tokens.access_token
      if (tokens.refresh_token === undefined) throw forget()
      tokens = await renew(tokens.refresh_token).catch((error: unknown) => {
        throw error instanceof SignInEnded ? forget() : error
      })
      return tokens.access_token
    },
    async begin() {
      const pending: Pending = { state: randomText(), verifier: randomText(), search: location.search }
      sessionStorage.setItem(PENDING, JSON.stringify(pending))
      const query = new URLSearchParams({
        client_id: clientId,
        response_type: 'code',
        redirect_uri: here,
        scope: config.scope,
        state: pending.state,
        code_challenge: await challengeOf(pending.verifier),
        code_challenge_method: 'S256',
      })
      location.assign(`${discovery.authorization_endpoint}?${query}`)
    },
    async end({ thenBegin = false } = {}) {
      const ending = tokens
      forget()
      if (thenBegin) sessionStorage.setItem(NEXT, 'begin')
      if (discovery.end_session_endpoint === undefined || ending?.id_token === undefined) {
        if (ending?.refresh_token !== undefined && discovery.revocation_endpoint !== undefined) {
          const body = new URLSearchParams({ client_id: clientId, token: ending.refresh_token })
          // Not revoked is no reason to stay signed in here: the token is forgotten, and expires by itself.
          await fetch(discovery.revocation_endpoint, { method: 'POST', body }).catch(console.warn)
        }
        location.assign(here)
        return
      }
      // It ends the refresh token as well, and tells the gateway.
      const query = new URLSearchParams({ id_token_hint: ending.id_token, post_logout_redirect_uri: here })
      location.assign(`${discovery.end_session_endpoint}?${query}`)
    },
    lost() {
      forget()
      sessionStorage.setItem(NEXT, 'say')
      location.assign(here)
    },
    wasLost: sessionStorage.getItem(NEXT) === 'say',
  }

  function forget(): SignInEnded {
    // Those of the other pages of this tab are of the same sign-in.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(TOKENS)) sessionStorage.removeItem(key)
    tokens = undefined
    return new SignInEnded()
  }

  const next = sessionStorage.getItem(NEXT)
  sessionStorage.removeItem(NEXT)
  // Whoever signed in at another page of this tab is not asked to press a button again.
  const isKnown = Object.keys(sessionStorage).some((key) => key.startsWith(TOKENS))
  if (tokens === undefined && (next === 'begin' || isKnown)) await signIn.begin()
  return signIn
}

function stored<T>(key: string): T | undefined {
  const text = sessionStorage.getItem(key)
  return text === null ? undefined : (JSON.parse(text) as T)
}
