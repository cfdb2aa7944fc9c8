/** Owns the test of the addresses of a stack: which of them are for browsers, and which for servers among themselves. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { stackEnvironment } from './environment.ts'
import { portsFrom } from './ports.ts'
import { ensureSecrets } from './secrets.ts'

const folder = await mkdtemp(join(tmpdir(), 'segue-environment-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const secrets = await ensureSecrets(join(folder, 'secrets.json'))
const environment = (...extras: Parameters<typeof stackEnvironment>[3] & object) =>
  stackEnvironment(portsFrom({}), secrets, {}, extras)

describe('where the issuer tells of ended sign-ins', () => {
  test.each([
    ['without an edge', environment()],
    ['behind the edge', environment('nginx')],
    ['behind the edge, at Keycloak', environment('nginx', 'keycloak')],
  ])('is a gateway itself, without TLS that the issuer does not know: %s', (_name, env) => {
    expect(env.SEGUE_BACKCHANNEL_ORIGIN).toBe(`http://${env.SEGUE_GATEWAY_HOST}:${env.SEGUE_GATEWAY_PORT}`)
  })

  test('pages are at the edge all the same', () => {
    const { SEGUE_GATEWAY_ORIGIN, SEGUE_NGINX_URL } = environment('nginx')
    expect(SEGUE_GATEWAY_ORIGIN).toBe(SEGUE_NGINX_URL)
  })
})
