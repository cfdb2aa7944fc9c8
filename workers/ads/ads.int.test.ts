/** Owns the test of the books of advertisements: whatever happens to the worker, each thing is in them once, and in ClickHouse as in them. */

import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ClickHouseClient, createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog, type PlaybackLog } from '../../infra/kafka/producer.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { ask, asObjects } from '../../infra/questions/ask.ts'
import { questionNamed } from '../../infra/questions/questions.ts'
import { type AdPlaces, createAdPlaces } from '../../infra/redis/ad-places.ts'
import { createRedis, type Redis } from '../../infra/redis/client.ts'
import { redisConfig } from '../../infra/redis/config.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { PlaybackRecord } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import {
  type Advertised,
  adEnded,
  adServed,
  adWithheld,
  ended,
  event,
  newAccount,
  telemetry,
} from '../testing/records.ts'
import { type StoreProxy, startStoreProxy } from '../testing/store-proxy.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

const DAY_MS = 86_400_000
const log = createLogger('test', 'warn')
const env = inject('stackEnv')
let pool: Pool
let clickhouse: ClickHouseClient
let redis: Redis
let places: AdPlaces
let playbackLog: PlaybackLog
let proxy: StoreProxy
let worker: WorkerProcess | undefined

beforeAll(async () => {
  pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  clickhouse = createClickHouse(readEnv(env, clickhouseConfig))
  redis = createRedis(readEnv(env, redisConfig), log)
  places = createAdPlaces(redis)
  playbackLog = createPlaybackLog(readEnv(env, adminKafkaConfig), 'test', log)
  proxy = await startStoreProxy(env.SEGUE_CLICKHOUSE_URL ?? '')
})
afterEach(async () => {
  proxy.mode = 'pass'
  await worker?.kill('SIGTERM')
  worker = undefined
})
afterAll(async () => {
  redis.disconnect()
  await playbackLog.stop()
  await proxy.stop()
  await Promise.all([clickhouse.close(), pool.end()])
})

async function start(): Promise<WorkerProcess> {
  worker = await startWorkers({ ...env, SEGUE_CLICKHOUSE_URL: proxy.url }, ['ads'])
  return worker
}
const append = (record: PlaybackRecord) => playbackLog.append(record.account_id, encodeRecord(record))

async function aCampaign(promotes: { artist?: string; album?: string } = {}): Promise<Advertised> {
  const [advertiser, campaign_id, creative_id] = [uuidv7(Date.now()), uuidv7(Date.now()), uuidv7(Date.now())]
  await pool.query(`INSERT INTO advertisers VALUES ($1, $2, 'DE', 'EUR')`, [advertiser, `Fennel ${advertiser}`])
  await pool.query(
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, status, runs, currency, budget_micros, cost_per_mille_micros, is_worldwide,
                            promoted_artist_id, promoted_album_id)
     VALUES ($1, $2, 'Mornings', 'paused', tstzrange(now() - interval '30 days', now() + interval '1 day'), 'EUR', 8000000, 8000000, true, $3, $4)`,
    [campaign_id, advertiser, promotes.artist ?? null, promotes.album ?? null],
  )
  await pool.query(
    `INSERT INTO creatives (creative_id, campaign_id, title, duration_ms, language) VALUES ($1, $2, 'Kettle', 6000, 'en')`,
    [creative_id, campaign_id],
  )
  return { campaign_id, creative_id }
}

async function aUser(): Promise<string> {
  const account = newAccount()
  await pool.query(`INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, 'DE')`, [
    uuidv7(Date.now()),
    account,
  ])
  return account
}

async function answer({ campaign_id }: Advertised) {
  const question = questionNamed('campaigns')
  if (question === undefined) throw new Error('there is no such question')
  const given = new Map([
    ['until', new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)],
    ['limit', '1000'],
  ])
  const rows = asObjects(await ask({ clickhouse, postgres: pool }, question, given, new Date()))
  return rows.find((row) => row.campaign_id === campaign_id)
}

async function books({ campaign_id }: Advertised) {
  const { rows } = await pool.query<{ served: number; counted: number; clicked: number; of_days: number }>(
    `SELECT count(*)::int AS served, count(*) FILTER (WHERE counted)::int AS counted, count(clicked_at)::int AS clicked,
            coalesce((SELECT sum(counted) FROM campaign_days WHERE campaign_id = $1), 0)::int AS of_days
       FROM impressions WHERE campaign_id = $1`,
    [campaign_id],
  )
  return rows[0]
}

describe('the books of advertisements', () => {
  it('V4 V5 V7 are exact though the worker dies with a batch in ClickHouse and not in PostgreSQL, and all of it comes again', async () => {
    const campaign = await aCampaign()
    const accounts = Array.from({ length: 60 }, () => newAccount())
    const limits = {
      campaignId: campaign.campaign_id,
      mostInAll: accounts.length,
      mostOfDay: undefined,
      bookedInAll: 0,
      bookedOfDay: 0,
      cap: undefined,
      windowMs: 3_600_000,
      startsAtMs: Date.now() - DAY_MS,
      endsAtMs: Date.now() + DAY_MS,
    }
    const placeOf = (accountId: string, impressionId: string = randomUUID(), servedAtMs = Date.now()) => ({
      impressionId,
      campaignId: campaign.campaign_id,
      accountId,
      servedAtMs,
    })
    const records: PlaybackRecord[] = []
    for (const [n, account] of accounts.entries()) {
      const served = adServed(account, campaign)
      const { stream_id, served_at_ms } = served
      expect(await places.take(placeOf(account, stream_id, served_at_ms), limits, false)).toBe('taken')
      // A third is not heard, which the reaper said before the gateway did; a fifth is clicked.
      const unheard = { audible_ms: 1_000, ms_played: 1_000, quartile: 0 }
      records.push(served)
      if (n % 3 === 0) records.push(adEnded(served, { ...unheard, reason_end: 'lost', audible_ms: 500 }))
      records.push(adEnded(served, n % 3 === 0 ? unheard : {}))
      const click = telemetry(account, [event({ kind: 'ad-clicked', stream_id })])
      if (n % 5 === 0) records.push({ ...click, session_id: served.session_id })
    }
    const whole = { served: 60, counted: 40, clicked: 12, of_days: 40 }

    proxy.mode = 'hold'
    const first = await start()
    await first.untilReady()
    await Promise.all(records.map(append))
    await until(
      async () => proxy.held,
      (held) => held > 0,
    )
    await first.kill('SIGKILL')
    expect((await answer(campaign))?.served).toBeGreaterThan(0)
    expect((await books(campaign))?.served).toBeLessThan(60)

    proxy.mode = 'pass'
    await (await start()).untilReady()
    await until(
      () => books(campaign),
      (found) => found?.served === 60 && found.counted === 40 && found.clicked === 12,
    )
    expect(await books(campaign)).toEqual(whole)
    await until(
      () => answer(campaign),
      (found) => found?.clicks === 8,
    )
    const asked = await answer(campaign)
    expect(asked).toMatchObject({ served: 60, invalid: 0, impressions: 40, reach: 40, completion: 1, clicks: 8 })

    // Twenty that nobody heard are free again, once, and so is what a second reading of them gives back.
    const last = adServed(newAccount(), await aCampaign())
    await Promise.all(records.map(append))
    await append(last)
    await until(
      () => books(last),
      (found) => found?.served === 1,
    )
    await until(
      async () => (await fetch(`${worker?.http}/metrics`)).text(),
      (said) => Number(/segue_ads_clicks_total\{result="clicked"\} (\d+)/.exec(said)?.[1]) >= 24,
    )
    expect(await books(campaign)).toEqual(whole)
    expect(await answer(campaign)).toEqual(asked)
    const again = await Promise.all(Array.from({ length: 25 }, () => places.take(placeOf(newAccount()), limits, false)))
    expect(again.filter((result) => result === 'taken')).toHaveLength(20)
  })

  it('V4 V5 let one go that turns out to be false, and pass over a click on what no clock could have made', async () => {
    const campaign = await aCampaign()
    const account = newAccount()
    const served = adServed(account, campaign)
    await (await start()).untilReady()
    // The reaper says that it was heard.
    for (const record of [served, adEnded(served, { reason_end: 'lost' })]) await append(record)
    await until(
      () => books(campaign),
      (found) => found?.of_days === 1,
    )
    const [ofYear10889, random] = ['ffffffff-ffff-4fff-bfff-ffffffffffff', 'f47ac10b-58cc-4372-a567-0e02b2c3d479']
    const clicks = [ofYear10889, random].map((stream_id) => event({ kind: 'ad-clicked', stream_id }))
    await append(telemetry(account, clicks))
    // The gateway, which was there all the time, says that its player claims too much.
    await append(adEnded(served, { flags: ['claim-exceeds-elapsed'] }))
    await until(
      () => books(campaign),
      (found) => found?.counted === 0,
    )
    expect(await books(campaign)).toEqual({ served: 1, counted: 0, clicked: 0, of_days: 0 })
  })

  it('V8 hold what was withheld, and of both groups who heard the music within a week, as it counts', async () => {
    const [artist, album, other, track, otherTrack] = Array.from({ length: 5 }, () => uuidv7(Date.now()))
    await pool.query(`INSERT INTO artists VALUES ($1, 'The Tide')`, [artist])
    await pool.query(`INSERT INTO albums VALUES ($1, $3, 'Ebb', NULL), ($2, $3, 'Flow', NULL)`, [album, other, artist])
    for (const [n, [trackId, albumId]] of [
      [track, album],
      [otherTrack, other],
    ].entries())
      await pool.query(
        `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash)
         VALUES ($1, $2, $3, 'Flood', $4, 60000, -14, -1, 0, $5)`,
        [trackId, albumId, artist, `ZZADS260000${n}`, trackId?.replaceAll('-', '').repeat(2)],
      )
    const ofAlbum = await aCampaign({ album: album ?? '' })
    const ofArtist = await aCampaign({ artist: artist ?? '' })
    const servedAtMs = Date.now() - 8 * DAY_MS
    const hears = (account: string, afterMs: number, fields: object = {}) =>
      ended(account, {
        track_id: track ?? '',
        artist_id: artist ?? '',
        started_at_ms: servedAtMs + afterMs,
        ended_at_ms: servedAtMs + afterMs + 40_000,
        ...fields,
      })
    // What each of a group of its own hears after.
    const does: readonly ((account: string) => readonly PlaybackRecord[])[] = [
      (account) => [hears(account, 7 * DAY_MS - 1), hears(account, 1_000)],
      (account) => [hears(account, 7 * DAY_MS)],
      (account) => [hears(account, -1)],
      (account) => [hears(account, 1_000, { ms_played: 29_999 })],
      (account) => [hears(account, 1_000, { flags: ['claim-exceeds-elapsed'] })],
      (account) => [hears(account, 1_000, { track_id: otherTrack ?? '' })],
      () => [],
    ]
    await (await start()).untilReady()
    for (const make of [adServed, adWithheld]) {
      for (const act of does) {
        const account = await aUser()
        for (const campaign of [ofAlbum, ofArtist]) await append(make(account, campaign, servedAtMs))
        for (const record of act(account)) await append(record)
      }
    }
    // Again, and by nobody whom PostgreSQL knows.
    const stranger = newAccount()
    for (const record of [adWithheld(stranger, ofAlbum, servedAtMs), hears(stranger, 1_000)]) await append(record)
    const late = adServed(newAccount(), await aCampaign())
    await append(late)
    await until(
      () => books(late),
      (found) => found?.served === 1,
    )
    // What an account hears may be read after what another one was served: partitions do not wait for each other.
    const settled = { interval: 100 }
    // Of the album only who heard that; of the artist who heard his other album too.
    await expect
      .poll(async () => [await answer(ofAlbum), await answer(ofArtist)], settled)
      .toMatchObject([
        {
          served: 7,
          impressions: 0,
          treated: 7,
          control: 8,
          treated_rate: 0.1429,
          control_rate: 0.125,
          difference: 0.0179,
        },
        {
          served: 7,
          impressions: 0,
          treated: 7,
          control: 7,
          treated_rate: 0.2857,
          control_rate: 0.2857,
          lift: 0,
          difference: 0,
        },
      ])
    const withheld = async () => {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS withheld, count(*) FILTER (WHERE converted_at - withheld_at = interval '1 second')::int AS by_first
           FROM withheld_ads WHERE campaign_id = $1`,
        [ofArtist.campaign_id],
      )
      return rows
    }
    await expect.poll(withheld, settled).toEqual([{ withheld: 7, by_first: 2 }])
    expect(await books(ofArtist)).toMatchObject({ served: 7, counted: 0, of_days: 0 })
  })
})
