/** Owns a person at Superset without a browser: signed in by the issuer, asking the API. */

import { cookieHeader, type SayWho, step, takeCookies } from '../issuer/sign-in.ts'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export interface SupersetSession {
  get(path: string): Promise<Answer>
  post(path: string, body: object): Promise<Answer>
}

/** Who has not signed in. */
export function nobodyAt(supersetUrl: string): SupersetSession {
  return sessionOf(supersetUrl, new Map())
}

/** @param sayWho who somebody is, to the issuer */
export async function signInAt(supersetUrl: string, sayWho: SayWho): Promise<SupersetSession> {
  const cookies = new Map<string, string>()
  const authorize = await step('the sign-in at Superset', new URL('/login/segue', supersetUrl), cookies)
  const returned = await sayWho(authorize, cookies)
  const landed = await step('the return to Superset', returned, cookies)
  if (landed.pathname.startsWith('/login')) throw new Error('Superset let nobody in: its log says why')
  return sessionOf(supersetUrl, cookies)
}

function sessionOf(supersetUrl: string, cookies: Map<string, string>): SupersetSession {
  const ask = async (path: string, init: RequestInit, more: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await fetch(new URL(path, supersetUrl), {
      ...init,
      redirect: 'manual',
      headers: {
        cookie: cookieHeader(cookies),
        accept: 'application/json',
        'content-type': 'application/json',
        ...more,
      },
    })
    takeCookies(response, cookies)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true
    return { status: response.status, body: isJson ? (JSON.parse(text) as Answer['body']) : { text } }
  }
  return {
    get: (path) => ask(path, {}),
    async post(path, body) {
      // Nobody has none; it is sent all the same, so that what is refused is refused for who asks.
      const token = (await ask('/api/v1/security/csrf_token/', {})).body.result
      return ask(path, { method: 'POST', body: JSON.stringify(body) }, { 'x-csrftoken': String(token) })
    },
  }
}
