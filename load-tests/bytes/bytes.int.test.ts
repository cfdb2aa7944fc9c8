import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type GatewayProcess, startGateway } from '../../gateway/testing/gateway-process.ts'
import { type KeyServer, startKeyServer } from '../../infra/issuer/key-server.ts'
import { socketRun, WIDE_OPEN } from './socket-run.ts'

const FRAMES = 20_000

let keys: KeyServer
let gateway: GatewayProcess

beforeAll(async () => {
  keys = await startKeyServer()
  gateway = await startGateway({
    ...{ ...inject('stackEnv'), ...WIDE_OPEN },
    ...{ SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl },
  })
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

describe('E1 frames from hell over sockets', () => {
  it('leave the gateway alive, its memory bounded, and a well-behaved player served', async () => {
    const token = () => keys.token()
    const run = await socketRun({ http: gateway.http, ws: gateway.ws, token, frames: FRAMES, seed: 1 })
    expect(run.problems).toEqual([])
    expect(run.outcomes.frames).toBe(FRAMES)
    expect(run.outcomes.of('errors', 'malformed_frame')).toBeGreaterThan(0)
    expect(run.outcomes.of('closed', 'too_many_errors')).toBeGreaterThan(0)
    expect(run.served.acked).toBeGreaterThan(0)
    expect(gateway.output()).not.toContain('a frame could not be handled')
    expect((await fetch(`${gateway.http}/readyz`)).status).toBe(200)
  })
})
