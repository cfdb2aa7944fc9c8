import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { launchGateway, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

let keys: KeyServer

beforeAll(async () => {
  keys = await startKeyServer()
})

afterAll(async () => {
  await keys?.stop()
})

describe('coming and leaving', () => {
  const another = () =>
    startGateway({ ...inject('stackEnv'), SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })

  it('G1 says goaway, closes, and exits 0', async () => {
    const leaving = await another()
    const player = await RawPlayer.ready(leaving.ws, await keys.token())
    const exit = leaving.kill('SIGTERM')
    expect(await player.hears('goaway')).toMatchObject({ reason: 'draining' })
    expect(await player.closes()).toBe(4000)
    expect(await exit).toBe(0)
  })

  it('G2 a gateway that is full, or asked to check more than it can, says when to come back', async () => {
    const narrow = await startGateway({
      ...inject('stackEnv'),
      SEGUE_ISSUER_URL: keys.issuer,
      SEGUE_JWKS_URL: keys.jwksUrl,
      SEGUE_MAX_SOCKETS: '2',
      SEGUE_SIGN_INS_PER_SECOND: '1',
    })
    const [ofFirst, ofSecond] = [await keys.token(), await keys.token()]
    const [first, second] = [RawPlayer.connect(narrow.ws), RawPlayer.connect(narrow.ws)]
    for (const player of [first, second]) await player.hears('hello')
    const full = await new Promise<IncomingMessage>((resolve, reject) => {
      const socket = new WebSocket(narrow.ws, ['segue.v1.json'])
      socket.on('unexpected-response', (_request, response) => resolve(response)).on('error', reject)
    })
    expect(full.statusCode).toBe(503)
    expect(Number(full.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    // One right after the other: a second later one more may sign in.
    first.says({ type: 'authenticate', token: ofFirst, device: { id: 'c', name: 'n', kind: 'web' } })
    second.says({ type: 'authenticate', token: ofSecond, device: { id: 'd', name: 'n', kind: 'web' } })
    expect(await second.hears('goaway')).toMatchObject({ reason: 'overloaded' })
    expect(await second.closes()).toBe(4005)
    first.hangUp()
    await narrow.stop()
  })

  it('does not share a port with another gateway', async () => {
    const first = await another()
    const second = launchGateway({ ...inject('stackEnv') }, Number(new URL(first.http).port))
    expect(await second.exited).toBe(1)
    expect(second.output()).toContain('set SEGUE_GATEWAY_PORT')
    await first.stop()
  })
})
