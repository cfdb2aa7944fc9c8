/** Owns the test of what the gateway writes of telemetry: what was told by a fence that is no more. */

import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'
import { type LogReader, readLog } from './testing/read-log.ts'

const ACCOUNT = `acct-${randomUUID()}`
let keys: KeyServer
let gateway: GatewayProcess
let log: LogReader
let track_id: string

beforeAll(async () => {
  const env = inject('stackEnv')
  await loadDemoCatalog(env, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway({ ...env, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })
  log = readLog(env, ACCOUNT)
  const authorization = `Bearer ${await keys.token()}`
  const answer = await fetch(`${gateway.http}/api/catalog`, { headers: { authorization } })
  track_id = (await answer.json()).artists[0].albums[0].tracks[0].track_id
})

afterAll(async () => {
  await log?.stop()
  await gateway?.stop()
  await keys?.stop()
})

async function signIn(id: string): Promise<RawPlayer> {
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  const token = await keys.token({ claims: { sub: ACCOUNT, plan: 'individual' } })
  player.says({ type: 'authenticate', token, device: { id, name: id, kind: 'phone' } })
  await player.hears('ready')
  return player
}

function seen(stream_id: string, fence?: number) {
  const at_ms = Date.now()
  const event = { id: uuidv7(at_ms), seq: 1, kind: 'position', at_ms, stream_id, position_ms: 0 } as const
  return fence === undefined ? event : { ...event, fence }
}

test('T7 what is told by the fence of a lease that went elsewhere is kept and acknowledged, marked and counted', async () => {
  const one = await signIn('one')
  one.says({ type: 'play', id: 1, track_id })
  const first = await one.hears('playback')
  const stream = first.stream_id ?? ''
  one.says({ type: 'telemetry', batch: 1, events: [seen(stream, first.fence)] })
  await one.hears('ack')
  const two = await signIn('two')
  two.says({ type: 'play', id: 1, track_id })
  const second = await two.hears('playback')
  expect(await one.hears('playback')).toMatchObject({ status: 'stopped', reason: 'evicted' })
  // A mark of the client's own is no more than a field that nobody knows.
  const forged = { ...seen(stream), stale: true }
  one.says({ type: 'telemetry', batch: 2, events: [seen(stream, first.fence), seen(stream), forged] })
  await one.hears('ack')
  two.says({ type: 'telemetry', batch: 1, events: [seen(second.stream_id ?? '', second.fence)] })
  await two.hears('ack')

  const taken = () => log.records.flatMap((record) => (record.type === 'telemetry' ? [record.events] : []))
  await expect.poll(() => taken().flat().length).toBe(5)
  expect(taken().map((events) => events.map(({ fence, stale }) => [fence, stale]))).toEqual([
    [[first.fence, undefined]],
    [
      [first.fence, true],
      [undefined, undefined],
      [undefined, undefined],
    ],
    [[second.fence, undefined]],
  ])
  expect(await metric(gateway, 'segue_gateway_stale_events_total')).toBe(1)
})
