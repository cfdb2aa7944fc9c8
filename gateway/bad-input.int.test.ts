import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { TelemetryEvent } from '../protocol/telemetry-event.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

let keys: KeyServer
let gateway: GatewayProcess

beforeAll(async () => {
  keys = await startKeyServer()
  gateway = await startGateway({
    ...inject('stackEnv'),
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_HEARTBEAT_INTERVAL_MS: '1500',
  })
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

const eventAt = (at_ms: number): TelemetryEvent => ({
  id: uuidv7(at_ms),
  seq: 1,
  kind: 'position',
  at_ms,
  stream_id: uuidv7(at_ms),
  position_ms: 0,
})

const signIn = async () => RawPlayer.ready(gateway.ws, await keys.token())

describe('bad input', () => {
  it.each([
    ['malformed bytes', new Uint8Array([0xc1]), 'malformed_frame'],
    ['text where frames are binary', '{"type":"stop"}', 'wrong_frame_kind'],
    ['an unknown message', Buffer.from([0x81, 0xa4, ...Buffer.from('type'), 0xa1, 0x78]), 'unknown_message'],
    [
      'a message without its fields',
      Buffer.from([0x81, 0xa4, ...Buffer.from('type'), 0xa4, ...Buffer.from('stop')]),
      'invalid_message',
    ],
  ] as const)('E1 answers %s by an error, and the session goes on', async (_name, frame, error) => {
    const player = await signIn()
    player.sends(frame)
    expect(await player.hears('error')).toMatchObject({ name: error, retriable: false })
    player.says({ type: 'heartbeat', sent_at_ms: 7 })
    expect(await player.hears('heartbeat_ack')).toMatchObject({ sent_at_ms: 7 })
    player.hangUp()
  })

  it('E1 names the request that was refused', async () => {
    const player = await signIn()
    player.sends(Buffer.from(JSON.stringify({})))
    await player.hears('error')
    player.says({ type: 'pause', id: 41, stream_id: player.streamId, position_ms: 0 })
    expect(await player.hears('error')).toMatchObject({ re: 41, name: 'no_stream' })
    player.hangUp()
  })

  it('C5 closes on a frame that is too large', async () => {
    const player = await signIn()
    player.sends(new Uint8Array(70_000))
    expect(await player.closes()).toBe(4508)
  })

  it('E1 closes a client that goes on and on', async () => {
    const player = await signIn()
    for (let i = 0; i < 20; i++) player.sends(new Uint8Array([0xc1]))
    expect(await player.closes()).toBe(4509)
  })

  it('H3 closes a client that fell silent', async () => {
    expect(await (await signIn()).closes()).toBe(4001)
  })

  it('T1 refuses a batch with an event from the future', async () => {
    const player = await signIn()
    const event = eventAt(Date.now() + 3_600_000)
    player.says({ type: 'telemetry', batch: 9, events: [event] })
    expect(await player.hears('error')).toMatchObject({ batch: 9, name: 'event_time_out_of_range' })
    player.hangUp()
  })
})

describe('poison', () => {
  it('a telemetry event with fields nested beyond measure costs neither the gateway nor the event', async () => {
    const player = await RawPlayer.ready(gateway.ws, await keys.token(), 'json')
    const event = eventAt(Date.now())
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`
    player.sends(`{"type":"telemetry","batch":5,"events":[${JSON.stringify(event).slice(0, -1)},"deep":${deep}}]}`)
    expect(await player.hears('ack')).toEqual({ type: 'ack', batch: 5 })
    expect((await fetch(`${gateway.http}/readyz`)).status).toBe(200)
    player.hangUp()
  })
})
