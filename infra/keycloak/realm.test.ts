/** Owns the test of the realm file: the people and roles that it shares with the development issuer, and what it must never hold. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { PEOPLE, userNameOf } from '../issuer/people.ts'

const THIRTY_DAYS_S = 30 * 86_400

interface Realm {
  readonly eventsExpiration: number
  readonly attributes: Readonly<Record<string, string>>
  readonly bruteForceProtected: boolean
  readonly revokeRefreshToken: boolean
  readonly roles: { readonly realm: readonly { readonly name: string }[] }
  readonly clients: readonly Readonly<Record<string, unknown>>[]
  readonly users: readonly {
    readonly id?: string
    readonly username: string
    readonly firstName?: string
    readonly lastName?: string
    readonly attributes?: Readonly<Record<string, readonly string[]>>
    readonly credentials?: readonly { readonly value: string }[]
    readonly realmRoles: readonly string[]
    readonly serviceAccountClientId?: string
  }[]
}

const text = readFileSync(new URL('realm.json', import.meta.url), 'utf8')
const realm = JSON.parse(text) as Realm

test('has the people of the development issuer, each under the same account', () => {
  const people = realm.users.filter(({ serviceAccountClientId }) => serviceAccountClientId === undefined)
  const told = people.map(({ id, username, firstName, lastName, attributes, realmRoles }) => ({
    ...{ accountId: id, username, name: `${firstName} ${lastName}` },
    ...{ plan: attributes?.plan?.[0], country: attributes?.country?.[0], more: realmRoles.slice(1) },
  }))
  expect(told).toEqual(
    PEOPLE.map((person) => ({
      ...{ accountId: person.accountId, username: userNameOf(person), name: person.name },
      ...{ plan: person.plan, country: person.country, more: person.roles.slice(1) },
    })),
  )
  for (const { realmRoles } of people) expect(realmRoles[0]).toBe('default-roles-segue')
})

test('has the four roles', () => {
  const names = realm.roles.realm.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['listener', 'analyst', 'finance', 'operator']))
})

test('holds no secret: passwords and keys come by the environment, or are made', () => {
  for (const { credentials = [] } of realm.users)
    for (const { value } of credentials) expect(value).toBe(`\${SEGUE_KEYCLOAK_PEOPLE_PASSWORD}`)
  for (const { secret } of realm.clients) if (secret !== undefined) expect(secret).toMatch(/^\$\{SEGUE_\w+_SECRET\}$/)
  expect(text).not.toMatch(/privateKey|secretData|certificate/)
})

test('tells of ended sign-ins at an address of its own, not where the pages are', () => {
  const told = [...text.matchAll(/"backchannel\.logout\.url": "([^"]+)"/g)].map(([, url]) => url)
  const pages = realm.clients.filter(({ clientId }) => /^segue-(player|dashboard)$/.test(String(clientId)))
  expect(told).toEqual(pages.map(() => `\${SEGUE_BACKCHANNEL_ORIGIN}/backchannel-logout`))
})

test('keeps what people and administrators did for thirty days: they name who was erased', () => {
  expect([realm.eventsExpiration, Number(realm.attributes.adminEventsExpiration)]).toEqual([
    THIRTY_DAYS_S,
    THIRTY_DAYS_S,
  ])
})

test('every client wants PKCE or is a service, no scope and grant is wider than needed', () => {
  expect(realm).toMatchObject({ bruteForceProtected: true, revokeRefreshToken: true })
  for (const client of realm.clients) {
    expect(client).toMatchObject({
      implicitFlowEnabled: false,
      directAccessGrantsEnabled: false,
      fullScopeAllowed: false,
    })
    if (client.standardFlowEnabled === true)
      expect(client).toMatchObject({ attributes: { 'pkce.code.challenge.method': 'S256' } })
    expect(JSON.stringify(client.redirectUris)).not.toContain('*')
  }
  expect(text).not.toContain('offline_access')
})
