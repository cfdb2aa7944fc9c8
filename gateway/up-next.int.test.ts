/** Owns the test of what plays next on the wire: what others heard, why, and never what is not for the listener. */

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createPlayableTracks } from '../infra/catalog/playable-tracks.ts'
import { insertTracks, type MadeTrack, withdrawTracks } from '../infra/catalog/testing/made-tracks.ts'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { adminKafkaConfig } from '../infra/kafka/config.ts'
import { runConsumer } from '../infra/kafka/consumer.ts'
import { createPool, type Pool } from '../infra/postgres/client.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { createRedis, type Redis } from '../infra/redis/client.ts'
import { redisConfig } from '../infra/redis/config.ts'
import { createNeighbourStore, type NeighbourStore } from '../infra/redis/neighbour-store.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { decodeRecord } from '../protocol/events/record-codec.ts'
import { TOPICS } from '../protocol/events/topics.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { TrackInfo } from '../protocol/messages/playback.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { metric } from './testing/metric.ts'
import { RawPlayer } from './testing/raw-player.ts'

const stack = inject('stackEnv')
let keys: KeyServer
let gateway: GatewayProcess
let pool: Pool
let redis: Redis
let store: NeighbourStore
/** One that is heard, and others that are on no album of it. */
let heard: TrackInfo
let others: MadeTrack[] = []

beforeAll(async () => {
  await loadDemoCatalog(stack, () => undefined, { size: 'tiny' })
  pool = createPool(readEnv(stack, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  redis = createRedis(readEnv(stack, redisConfig), createLogger('test', 'warn'))
  store = createNeighbourStore(redis)
  const { rows } = await pool.query<{ track_id: string }>(
    `SELECT track_id FROM tracks JOIN renditions USING (track_id) WHERE status = 'available' ORDER BY 1 LIMIT 1`,
  )
  const found = await createPlayableTracks(pool).findTrack(rows[0]?.track_id ?? '')
  if (found === undefined || found === 'withdrawn') throw new Error('there is nothing to play')
  heard = found
  others = await insertTracks(pool, 4, 'Other')
  const edition = await store.newEdition()
  await store.write(
    edition,
    new Map([
      [
        heard.track_id,
        {
          trackIds: others.map(({ trackId }) => trackId),
          beside: Uint8Array.of(240, 200, 150, 100),
          after: Uint8Array.of(240, 200, 150, 100),
        },
      ],
    ]),
  )
  await store.publish(edition)
  keys = await startKeyServer()
  gateway = await startGateway({ ...stack, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
  redis?.disconnect()
  if (pool !== undefined) await withdrawTracks(pool)
  await pool?.end()
})

async function aListener(fields = ''): Promise<{ account: string; userId: string }> {
  const [account, userId] = [`acct-${uuidv7(Date.now())}`, uuidv7(Date.now())]
  await pool.query(`INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, 'DE')`, [userId, account])
  if (fields !== '') await pool.query(`UPDATE users SET ${fields} WHERE user_id = $1`, [userId])
  return { account, userId }
}
const signIn = async (account: string) =>
  RawPlayer.ready(gateway.ws, await keys.token({ claims: { sub: account, country: 'DE' } }))
/** The first list that has what others heard: the one before it may have been made before that was there. */
async function hearsOthers(player: RawPlayer) {
  for (;;) {
    const list = await player.hears('up_next')
    if (list.tracks.some(({ why }) => why.startsWith('because'))) return list
  }
}
const titles = (list: { tracks: readonly { title: string; why: string }[] }) =>
  list.tracks.filter(({ why }) => why.startsWith('because')).map(({ title }) => title)

describe('up next', () => {
  it('P9 has what others heard, by how much, and says why; the next session is told at once', async () => {
    const { account } = await aListener()
    const player = await signIn(account)
    player.says({ type: 'play', id: 1, track_id: heard.track_id })
    const list = await hearsOthers(player)
    expect(titles(list)).toEqual(['Other 0', 'Other 1', 'Other 2', 'Other 3'])
    expect(list.tracks[0]?.why).toBe(`because you played ${heard.title}`)
    player.signsOut()
    const again = await signIn(account)
    again.says({ type: 'play', id: 1, track_id: heard.track_id })
    // Made of memory: with the beginning of the track, revision 1.
    const first = await again.hears('up_next')
    expect([first.revision, titles(first).length]).toEqual([1, 4])
    again.signsOut()
    expect(await metric(gateway, 'segue_gateway_up_next_seconds_count')).toBeGreaterThanOrEqual(3)
  })

  it('P10 "not for me" is gone at once, and in later sessions', async () => {
    const { account, userId } = await aListener()
    const player = await signIn(account)
    player.says({ type: 'play', id: 1, track_id: heard.track_id })
    const list = await hearsOthers(player)
    player.says({ type: 'dismiss', id: 2, track_id: others[0]?.trackId ?? '' })
    expect(await player.hears('done')).toMatchObject({ re: 2 })
    const without = await player.hears('up_next')
    expect(titles(without)).toEqual(['Other 1', 'Other 2', 'Other 3'])
    expect(without.revision).toBe(list.revision + 1)
    player.signsOut()
    await expect
      .poll(async () => (await pool.query('SELECT 1 FROM dismissed_tracks WHERE user_id = $1', [userId])).rowCount)
      .toBe(1)
    const again = await signIn(account)
    again.says({ type: 'play', id: 1, track_id: heard.track_id })
    expect(titles(await hearsOthers(again))).toEqual(['Other 1', 'Other 2', 'Other 3'])
    again.signsOut()
  })

  it('P9 has no blocked artist, nothing explicit for who does not hear such, nothing from elsewhere', async () => {
    const { account, userId } = await aListener('hears_explicit = false')
    await pool.query('INSERT INTO blocked_artists (user_id, artist_id) VALUES ($1, $2)', [userId, others[0]?.artistId])
    await pool.query('UPDATE tracks SET is_explicit = true WHERE track_id = $1', [others[1]?.trackId])
    await pool.query(`UPDATE tracks SET territories = '{DE}' WHERE track_id = $1`, [others[2]?.trackId])
    // Gateways read it anew every few seconds.
    await expect
      .poll(
        async () => {
          const player = await signIn(account)
          player.says({ type: 'play', id: 1, track_id: heard.track_id })
          const list = await hearsOthers(player)
          player.signsOut()
          return titles(list)
        },
        { interval: 1_000 },
      )
      .toEqual(['Other 3'])
    const { account: anybody } = await aListener()
    const player = await signIn(anybody)
    player.says({ type: 'play', id: 1, track_id: heard.track_id })
    expect(titles(await hearsOthers(player))).toEqual(['Other 0', 'Other 1', 'Other 3'])
    player.signsOut()
  })

  it('P2 a pick of what is up next is recorded as a suggestion that was taken', async () => {
    const { account } = await aListener()
    const began: string[] = []
    const consumer = runConsumer(
      readEnv(stack, adminKafkaConfig),
      {
        clientId: 'test',
        groupId: account,
        topic: TOPICS.playbackEvents.name,
        async handle(batch, { commit }) {
          for (const { key, value } of batch.records) {
            const record = key?.toString() === account && value !== null ? decodeRecord(value) : undefined
            if (record?.type === 'stream-started') began.push(`${record.reason_start} ${record.track_id}`)
          }
          await commit(batch.nextOffset)
        },
      },
      createLogger('test', 'warn'),
    )
    try {
      const player = await signIn(account)
      player.says({ type: 'play', id: 1, track_id: heard.track_id, reason: 'pick' })
      const list = await hearsOthers(player)
      const suggested = list.tracks.find(({ why }) => !why.startsWith('because'))?.track_id ?? ''
      player.says({ type: 'play', id: 2, track_id: suggested, reason: 'pick' })
      expect(await player.hears('playback')).toMatchObject({ re: 2, status: 'playing' })
      player.says({ type: 'play', id: 3, track_id: heard.track_id, reason: 'pick' })
      expect(await player.hears('playback')).toMatchObject({ re: 3, status: 'playing' })
      await expect.poll(() => began).toEqual([`pick ${heard.track_id}`, `queue ${suggested}`, `pick ${heard.track_id}`])
      player.signsOut()
    } finally {
      await consumer.stop(2_000)
    }
  })
})
