/** Owns the test of the texts of sign-in. */

import { expect, test } from 'vitest'
import { challengeOf, claimsIn, randomText } from './token-text.ts'

test('the challenge is that of RFC 7636, appendix B', async () => {
  expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

test('a verifier has the length and letters that RFC 7636 wants, and is never the same', () => {
  expect(randomText()).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(randomText()).not.toBe(randomText())
})

const NAMES = { name: 'name', plan: 'plan', country: 'country', roles: 'roles' }

const tokenOf = (claims: object) =>
  `e30.${btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(claims)))).replaceAll('=', '')}.x`

test('claims are read as UTF-8, and a missing one is empty', () => {
  const claims = claimsIn(tokenOf({ sub: 'acct-1', name: 'Zoë Ångström', plan: 'duo', roles: ['listener'] }), NAMES)
  expect(claims).toEqual({ sub: 'acct-1', name: 'Zoë Ångström', plan: 'duo', country: '', roles: ['listener'] })
  expect(claimsIn(tokenOf({ sub: 'acct-2' }), NAMES).name).toBe('acct-2')
})

test('claims are read where the issuer has them', () => {
  const token = tokenOf({ sub: 'acct-1', realm_access: { roles: ['analyst'] }, roles: ['listener'] })
  expect(claimsIn(token, { ...NAMES, roles: 'realm_access.roles' }).roles).toEqual(['analyst'])
})
