/** Owns the test that a gateway which stood still while its session went elsewhere writes no end of what plays on there. */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { adminKafkaConfig } from '../infra/kafka/config.ts'
import { type RunningConsumer, runConsumer } from '../infra/kafka/consumer.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { createLogger } from '../infra/runtime/log.ts'
import type { PlaybackRecord } from '../protocol/events/playback-record.ts'
import { decodeRecord } from '../protocol/events/record-codec.ts'
import { TOPICS } from '../protocol/events/topics.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { RawPlayer } from './testing/raw-player.ts'

const ACCOUNT = `acct-thawed-${uuidv7(Date.now())}`
const FROZEN_MS = 3_000
const records: PlaybackRecord[] = []
let keys: KeyServer
let frozen: GatewayProcess
let other: GatewayProcess
let consumer: RunningConsumer

beforeAll(async () => {
  const stack = inject('stackEnv')
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  keys = await startKeyServer()
  const env = { ...stack, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl }
  ;[frozen, other] = await Promise.all([startGateway(env), startGateway(env)])
  consumer = runConsumer(
    readEnv(stack, adminKafkaConfig),
    {
      clientId: 'test',
      groupId: ACCOUNT,
      topic: TOPICS.playbackEvents.name,
      async handle(batch, { commit }) {
        for (const { key, value } of batch.records) {
          if (key?.toString() === ACCOUNT && value !== null) records.push(decodeRecord(value))
        }
        await commit(batch.nextOffset)
      },
    },
    createLogger('test', 'warn'),
  )
})

afterAll(async () => {
  await consumer?.stop(2_000)
  await Promise.all([frozen?.stop(), other?.stop()])
  await keys?.stop()
})

test('Q1 D3 words that waited in a gateway that stood still end nothing that plays on elsewhere', async () => {
  const answer = await fetch(`${other.http}/api/catalog`, {
    headers: { authorization: `Bearer ${await keys.token()}` },
  })
  const track_id = (await answer.json()).artists[0].albums[0].tracks[0].track_id
  const player = RawPlayer.connect(frozen.ws)
  await player.hears('hello')
  const token = await keys.token({ claims: { sub: ACCOUNT } })
  player.says({ type: 'authenticate', token, device: { id: 'd', name: 'n', kind: 'web' } })
  const { ticket } = await player.hears('ready')
  player.says({ type: 'play', id: 1, track_id })
  const { stream_id = '', seq } = await player.hears('playback')
  player.says({ type: 'credit', stream_id, bitrate_kbps: 96, next_chunk: 0, chunks: 4 })
  await player.hears('grant')

  await expect.poll(() => records.map(({ type }) => type)).toEqual(['stream-started'])
  void frozen.kill('SIGSTOP')
  player.says({ type: 'stop', id: 2, stream_id: player.streamId, position_ms: 2_500, reason: 'stopped' })
  const back = RawPlayer.connect(other.ws)
  await back.hears('hello')
  back.says({ type: 'resume', id: 3, ticket, last_seq: seq })
  expect(await back.hears('resumed')).toMatchObject({ recovered: true, seq })
  await wait(FROZEN_MS)
  void frozen.kill('SIGCONT')
  expect(await player.closes()).toBe(4510)

  back.says({ type: 'seek', id: 4, stream_id, from_ms: 100, position_ms: 10_000 })
  expect(await back.hears('playback')).toMatchObject({ re: 4, status: 'playing', stream_id })
  back.says({ type: 'stop', id: 5, stream_id, position_ms: 10_000, reason: 'stopped' })
  await back.hears('playback')
  // One partition an account: what the first one wrote came before this.
  await expect
    .poll(() => records.filter((record) => 'position_ms' in record && record.position_ms === 10_000).length, {
      timeout: 60_000,
    })
    .toBe(1)
  expect(records).toMatchObject([
    { type: 'stream-started', stream_id },
    { type: 'stream-ended', stream_id, reason_end: 'stopped', ms_played: 100 },
  ])
  back.hangUp()
})
