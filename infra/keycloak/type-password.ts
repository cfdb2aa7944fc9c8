/** Owns how a person without a browser signs in at Keycloak: the form, filled in. */

import { cookieHeader, type SayWho, takeCookies } from '../issuer/sign-in.ts'

/** Types a name and a password into the form of Keycloak. */
export const typePassword =
  (username: string, password: string): SayWho =>
  async (authorize, cookies) => {
    const page = await fetch(authorize, { redirect: 'manual', headers: { cookie: cookieHeader(cookies) } })
    takeCookies(page, cookies)
    const html = await page.text()
    const action = /<form id="kc-form-login"[^>]* action="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    if (action === undefined) throw new Error(`sign-in: no form came: ${page.status} ${page.headers.get('location')}`)
    const answer = await fetch(action, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookieHeader(cookies) },
      body: new URLSearchParams({ username, password }),
    })
    takeCookies(answer, cookies)
    const location = answer.headers.get('location')
    if (location !== null) return new URL(location)
    const said = /kc-feedback-text">\s*([^<]+?)\s*</.exec(await answer.text())?.[1]
    throw new Error(`sign-in: ${said ?? `the form was answered ${answer.status}`}`)
  }
