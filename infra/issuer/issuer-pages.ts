/** Owns the pages of the development issuer: choosing a person, signing out, and what went wrong. */

import { PEOPLE, type Person } from './people.ts'

const PLAN_NAMES = { free: 'Free', individual: 'Individual', duo: 'Duo', family: 'Family' } as const
const ROLE_NAMES = { listener: '', analyst: 'Analyst, ', finance: 'Finance, ' } as const
const countryNames = new Intl.DisplayNames('en', { type: 'region' })

/** The page that asks who is listening; the button posted back is the answer. */
export function signInPage(action: string): string {
  return page(
    'Sign in',
    `<h1>Who is listening?</h1>
    <p>Development sign-in. Choose a demo person, there is no password.</p>
    <form method="post" action="${escapeHtml(action)}"><ul>${PEOPLE.map(personButton).join('')}</ul></form>`,
  )
}

/** The page that passes sign-out on by itself; its button is for a browser without scripts. */
export function signOutPage(form: string): string {
  return page(
    'Sign out',
    `<h1>Signing out</h1>${form.replace('</form>', '<input type="hidden" name="logout" value="yes"></form>')}
    <noscript><p><button type="submit" form="op.logoutForm">Sign out</button></p></noscript>
    <script src="/issuer/sign-out.js"></script>`,
  )
}

/** A plain sentence, for a sign-in that cannot go on. */
export function somethingWrongPage(sentence: string): string {
  return page('Sign in', `<h1>Segue sign-in</h1><p>${escapeHtml(sentence)}</p>`)
}

function personButton(person: Person): string {
  const country = countryNames.of(person.country) ?? person.country
  const role = person.roles.map((name) => ROLE_NAMES[name]).join('')
  return `<li><button name="person" value="${person.accountId}">
    <span class="initial" aria-hidden="true">${person.name.slice(0, 1)}</span>
    <span class="name">${escapeHtml(person.name)}</span>
    <span class="about">${role}${PLAN_NAMES[person.plan]}, ${escapeHtml(country)}</span></button></li>`
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title} · Segue</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/issuer/style.css">
</head>
<body><main>${body}</main></body>
</html>
`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
