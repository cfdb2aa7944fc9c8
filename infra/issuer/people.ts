/** Owns the demo people of the development issuer: who may sign in, what they pay for, where they are. */

import type { Plan } from '../../protocol/vocabulary.ts'

/** What a token may open: `listener` plays, `analyst` reads the dashboard, `finance` what counts for artists. */
export type Role = 'listener' | 'analyst' | 'finance'

export interface Person {
  /** The `sub` of every token, and the account everywhere else. */
  readonly accountId: string
  readonly name: string
  readonly plan: Plan
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly roles: readonly Role[]
}

const LISTENER = ['listener'] as const

export const PEOPLE: readonly Person[] = [
  { accountId: 'acct-ada', name: 'Ada Brandt', plan: 'individual', country: 'DE', roles: LISTENER },
  { accountId: 'acct-ben', name: 'Ben Carter', plan: 'free', country: 'US', roles: LISTENER },
  { accountId: 'acct-chiyo', name: 'Chiyo Mori', plan: 'duo', country: 'JP', roles: LISTENER },
  { accountId: 'acct-diego', name: 'Diego Luna', plan: 'family', country: 'MX', roles: LISTENER },
  { accountId: 'acct-emeka', name: 'Emeka Obi', plan: 'individual', country: 'NG', roles: LISTENER },
  { accountId: 'acct-freya', name: 'Freya Lind', plan: 'family', country: 'SE', roles: LISTENER },
  { accountId: 'acct-noor', name: 'Noor Haddad', plan: 'individual', country: 'NL', roles: ['listener', 'analyst'] },
  { accountId: 'acct-petra', name: 'Petra Novak', plan: 'individual', country: 'CZ', roles: ['listener', 'finance'] },
]

/** By which somebody signs in where there are passwords. */
export const userNameOf = ({ accountId }: Person): string => accountId.replace('acct-', '')

/** The person of an account, or undefined when there is none. */
export function personOf(accountId: string): Person | undefined {
  return PEOPLE.find((person) => person.accountId === accountId)
}

/** The claims that name a person in id and access tokens. */
export function claimsOf(person: Person) {
  return { name: person.name, plan: person.plan, country: person.country, roles: [...person.roles] }
}
