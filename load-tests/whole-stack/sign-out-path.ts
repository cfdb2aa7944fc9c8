/** Owns the third path: somebody signs out at Keycloak, and the socket that he has open through the edge is closed for it. */

import WebSocket from 'ws'
import { endpointsOf, signInBy, type Tokens } from '../../infra/issuer/sign-in.ts'
import { typePassword } from '../../infra/keycloak/type-password.ts'
import { type Client, connect } from '../../protocol/client/index.ts'
import { until } from '../until.ts'
import type { StackPlace } from './stack-place.ts'
import { must, type Step, stepBut } from './steps.ts'

const LISTENER = 'ben'
const WITHIN_MS = 60_000
/** Gateways hear of it within a second; the rest is for a machine that is busy. Without a word from Keycloak the socket would be open for ten minutes. */
const CLOSED_WITHIN_MS = 20_000

export function signOutPath({ secrets, issuerUrl, edgeUrl }: StackPlace): readonly Step[] {
  const page = `${edgeUrl}/`
  let tokens: Tokens | undefined
  let client: Client | undefined
  let why = ''

  const leave = async () => {
    await client?.close()
  }
  const step = stepBut(leave)

  return [
    step('Ben signs in at Keycloak, and has a socket through NGINX', async () => {
      const types = typePassword(LISTENER, secrets.keycloak_people_password)
      const { accessToken, ...others } = await signInBy({ issuerUrl, redirectUri: page }, types)
      tokens = { accessToken, ...others }
      const own = connect({
        url: `${edgeUrl.replace('https:', 'wss:')}/ws`,
        token: async () => accessToken,
        device: { id: 'whole-stack-out', name: 'Whole stack', kind: 'desktop' },
        webSocket: WebSocket,
      })
      client = own
      own.on('state', ({ reason }) => {
        why = reason ?? ''
      })
      await until(() => own.state === 'connected', { what: 'a socket through the edge', withinMs: WITHIN_MS })
      return edgeUrl
    }),
    step('he signs out at Keycloak, and the socket is closed as one whose sign-in has ended', async () => {
      const own = client
      must(own !== undefined && tokens !== undefined, 'nobody is signed in')
      const query = new URLSearchParams({ id_token_hint: tokens.idToken, post_logout_redirect_uri: page })
      const { end_session_endpoint: endSession } = await endpointsOf(issuerUrl)
      const fromMs = performance.now()
      const answer = await fetch(`${endSession}?${query}`, { redirect: 'manual' })
      must(answer.status === 302, `the sign-out was answered ${answer.status}`)
      await until(() => own.state === 'failed', { what: 'the socket to be closed', withinMs: CLOSED_WITHIN_MS })
      must(why === 'token_revoked', `the socket was closed for '${why}'`)
      const took = ((performance.now() - fromMs) / 1_000).toFixed(1)
      const { status } = await fetch(`${edgeUrl}/api/catalog`, {
        headers: { authorization: `Bearer ${tokens.accessToken}` },
      })
      must(status === 401, `his token was answered ${status} after that`)
      await leave()
      return `after ${took} s`
    }),
  ]
}
