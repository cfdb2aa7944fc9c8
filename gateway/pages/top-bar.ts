/** Owns what is above every page: the mark, the way to the others, who is signed in; and the page before sign-in. */

import { element } from './element.ts'
import { countryText, planText } from './figure-text.ts'
import { mark } from './icon.ts'
import type { Account, SignIn } from './sign-in.ts'

const PAGES = [
  { path: '/', name: 'Player', forAll: true },
  { path: '/dashboard', name: 'Dashboard', forAll: true },
  { path: '/cases', name: 'Cases', forAll: false },
] as const

export function topBar(account: Account, signOut: () => void): HTMLElement {
  return element(
    'header',
    { class: 'top-bar' },
    element('span', { class: 'brand' }, mark(), element('span', { class: 'brand-name', text: 'Segue' })),
    element(
      'nav',
      { attributes: { 'aria-label': 'Pages' } },
      ...PAGES.filter(({ forAll }) => forAll || account.roles.includes('analyst')).map(({ path, name }) =>
        element('a', {
          text: name,
          attributes: { href: path, ...(location.pathname === path ? { 'aria-current': 'page' } : {}) },
        }),
      ),
    ),
    element(
      'div',
      { class: 'account' },
      element(
        'span',
        { class: 'account-name', text: account.name },
        element('span', {
          class: 'account-about',
          text: `${planText(account.plan)}, ${countryText(account.country)}`,
        }),
      ),
      element('button', {
        class: 'button small',
        text: 'Sign out',
        attributes: { type: 'button' },
        on: { click: signOut },
      }),
    ),
  )
}

/** Told to whose sign-in was ended by the issuer, or by themselves elsewhere. */
export const SIGNED_OUT = 'You were signed out. Sign in again to go on.'

/** The whole page while nobody is signed in: what this is, and one thing to do. */
export function welcome(sentence: string, action: string, act: () => void): HTMLElement {
  return element(
    'main',
    { class: 'welcome' },
    mark(),
    element('h1', { text: 'Segue' }),
    element('p', { text: sentence }),
    element('button', { class: 'button main', text: action, attributes: { type: 'button' }, on: { click: act } }),
  )
}

/** Shows what went wrong before a page could be built, with a way to try again. */
export function brokenPage(error: unknown): HTMLElement {
  const message = error instanceof Error ? error.message : String(error)
  return welcome(message, 'Try again', () => location.assign(location.pathname))
}

/** The part of signing out that all pages share. */
export function signOutOf(signIn: SignIn): () => void {
  return () => {
    signIn.end().catch((error: unknown) => document.body.replaceChildren(brokenPage(error)))
  }
}
