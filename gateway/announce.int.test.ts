/** Owns the test of a word to everybody: by the command, to each player of every gateway. */

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { segueDone } from '../infra/cli/testing/segue-process.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import type { Encoding } from '../protocol/version.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

const env = inject('stackEnv')
let keys: KeyServer
let gateways: GatewayProcess[]

beforeAll(async () => {
  keys = await startKeyServer()
  const own = { ...env, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl }
  gateways = await Promise.all([startGateway(own), startGateway(own)])
})

afterAll(async () => {
  await Promise.all((gateways ?? []).map((gateway) => gateway.stop()))
  await keys?.stop()
})

it('is heard by everybody who is signed in, at whichever gateway and in whichever encoding', async () => {
  const signedIn = await Promise.all(
    gateways.flatMap((gateway) =>
      (['msgpack', 'json'] satisfies Encoding[]).map(async (encoding) =>
        RawPlayer.ready(gateway.ws, await keys.token(), encoding),
      ),
    ),
  )
  const stranger = RawPlayer.connect(gateways[0]?.ws ?? '')
  await stranger.hears('hello')

  const text = 'Some music is away; it will be back at 22:00 UTC.'
  expect(await segueDone(env, 'announce', `  ${text} `)).toEqual({
    code: 0,
    said: `Said by 2 gateways to everybody there: ${text}\n`,
  })
  for (const player of signedIn) {
    expect(await player.hears('notice')).toEqual({ type: 'notice', notice: 'service', text })
  }
  stranger.says({ type: 'authenticate', token: await keys.token(), device: { id: 'd', name: 'n', kind: 'web' } })
  expect((await stranger.hearsAny()).type).toBe('ready')
})

it('is not said when it is nothing, or more than a notice may be', async () => {
  expect(await segueDone(env, 'announce', ' ')).toMatchObject({
    code: 1,
    said: expect.stringContaining('say something'),
  })
  const { code, said } = await segueDone(env, 'announce', 'x'.repeat(501))
  expect([code, said]).toEqual([1, expect.stringContaining('501 characters are too many: at most 500')])
})

it('says that nobody heard it', async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()))
  const { code, said } = await segueDone(env, 'announce', 'Hello?')
  expect([code, said]).toEqual([1, expect.stringContaining('no gateway hears it')])
})
