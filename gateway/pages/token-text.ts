/** Owns the texts of sign-in: random ones, the PKCE challenge, and the claims that a token shows. */

export interface TokenClaims {
  readonly sub: string
  readonly name: string
  readonly plan: string
  readonly country: string
  readonly roles: readonly string[]
}

/** What the claims are called; one inside another by dots. */
export type ClaimNames = Readonly<Record<'name' | 'plan' | 'country' | 'roles', string>>

/** 256 random bits, as RFC 7636 wants a code verifier. */
export function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** The S256 challenge of a verifier. */
export async function challengeOf(verifier: string): Promise<string> {
  if (crypto.subtle === undefined) {
    throw new Error(
      'Sign-in needs https, or an address on this machine: open the page as http://127.0.0.1 or by https.',
    )
  }
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))))
}

/** What a JWT says of its holder, unchecked: good for showing a name, for nothing else. */
export function claimsIn(token: string, names: ClaimNames): TokenClaims {
  const body = token.split('.')[1] ?? ''
  const bytes = Uint8Array.from(atob(body.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
  const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  const text = (name: string) => {
    const value = claimAt(claims, name)
    return typeof value === 'string' ? value : ''
  }
  const roles = claimAt(claims, names.roles)
  return {
    sub: text('sub'),
    name: text(names.name) || text('sub'),
    plan: text(names.plan),
    country: text(names.country),
    roles: Array.isArray(roles) ? roles.map(String) : [],
  }
}

function claimAt(claims: unknown, name: string): unknown {
  let value = claims
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, step)
  }
  return value
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
