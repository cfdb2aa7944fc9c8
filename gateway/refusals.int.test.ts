import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { ErrorMessage } from '../protocol/messages/error.ts'
import type { UpMessage } from '../protocol/messages/up.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

const BURST = 20

let keys: KeyServer
let gateway: GatewayProcess

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  gateway = await startGateway({
    ...stack,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_MESSAGES_PER_SECOND: '20',
    SEGUE_MESSAGES_BURST: String(BURST),
  })
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
})

async function counted(row: string): Promise<number> {
  const text = await (await fetch(`${gateway.http}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${row} `))
  return Number(line?.slice(row.length + 1) ?? 0)
}

async function signIn() {
  const player = RawPlayer.connect(gateway.ws)
  await player.hears('hello')
  player.says({ type: 'authenticate', token: await keys.token(), device: { id: 'd', name: 'n', kind: 'web' } })
  return { player, ticket: (await player.hears('ready')).ticket }
}

async function resume(ticket: string, last_seq: number) {
  const back = RawPlayer.connect(gateway.ws)
  await back.hears('hello')
  back.says({ type: 'resume', id: 1_000, ticket, last_seq })
  return back
}

/** Waits for a track to be looked up that nobody has asked for: what comes behind it waits for its turn. */
const slowRequest = (id: number): UpMessage => ({ type: 'play', id, track_id: uuidv7(Date.now()) })
/** A seek without a place. */
const withoutPlace = (id: number) => ({ type: 'seek', id }) as unknown as UpMessage

describe('refusals', () => {
  it('E1 counts the refusals of the core, in the metric and against the client', async () => {
    const row = 'segue_gateway_errors_total{error="no_stream"}'
    const before = await counted(row)
    const { player } = await signIn()
    for (let id = 1; id <= 20; id += 1) {
      player.says({ type: 'pause', id, stream_id: player.streamId, position_ms: 0 })
      // As fast as it may.
      if (id % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 500))
    }
    expect(await player.closes()).toBe(4509)
    expect((await counted(row)) - before).toBe(20)
  })

  it('P1 C6 answers a request that is wrong or too many as any other: numbered, in its turn', async () => {
    const { player } = await signIn()
    player.says(slowRequest(1))
    player.says(withoutPlace(2))
    player.says({ type: 'pause', id: 3, stream_id: player.streamId, position_ms: 0 })
    for (let beat = 0; beat < 2 * BURST; beat += 1) player.says({ type: 'heartbeat', sent_at_ms: beat })
    for (let id = 4; id <= 8; id += 1) player.says({ type: 'pause', id, stream_id: player.streamId, position_ms: 0 })
    const answers: ErrorMessage[] = []
    while (answers.length < 8) {
      const error = await player.hears('error')
      // A heartbeat has no number, and neither has its refusal.
      if (error.re !== undefined) answers.push(error)
    }
    expect(answers.map(({ seq, re }) => [seq, re])).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((id) => [id, id]))
    expect(answers.slice(0, 3).map(({ name }) => name)).toEqual(['unknown_track', 'invalid_message', 'no_stream'])
    const hurried = answers.find(({ name }) => name === 'too_many_requests')
    expect(hurried).toMatchObject({ retriable: true })
    expect(hurried?.retry_after_ms).toBeGreaterThan(0)
    player.hangUp()
  })

  it('U1 a refusal that was lost with its socket is said again', async () => {
    const { player, ticket } = await signIn()
    player.says(withoutPlace(1))
    await player.hears('error')
    player.hangUp()
    const back = await resume(ticket, 0)
    expect(await back.hears('resumed')).toMatchObject({ recovered: true, seq: 1, last_request: 1 })
    expect(await back.hears('error')).toMatchObject({ seq: 1, re: 1, name: 'invalid_message' })
    back.hangUp()
  })

  it('Q9 a refusal never passes for the answer of a request that has one', async () => {
    const { player } = await signIn()
    player.says({ type: 'pause', id: 1, stream_id: player.streamId, position_ms: 0 })
    expect(await player.hears('error')).toMatchObject({ seq: 1, re: 1, name: 'no_stream' })
    player.says(withoutPlace(1))
    const again = await player.hears('error')
    expect(again).toMatchObject({ name: 'invalid_message' })
    expect(again).not.toHaveProperty('re')
    expect(again).not.toHaveProperty('seq')
    player.hangUp()
  })
})
