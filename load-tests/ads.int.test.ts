/** Owns the test of advertisements on real servers: from the decision between two tracks to an impression that is counted, once. */

import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import WebSocket from 'ws'
import { type GatewayProcess, startGateway } from '../gateway/testing/gateway-process.ts'
import { isOfControlGroup } from '../infra/ads/control-group.ts'
import { publishCreative } from '../infra/ads/publish-creative.ts'
import { createAudioStore } from '../infra/catalog/audio-store.ts'
import { type ClickHouseClient, createClickHouse } from '../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { renderTone, SAMPLE_RATE_HZ } from '../infra/demo/instruments.ts'
import { loadDemoCatalog } from '../infra/demo/load-demo-catalog.ts'
import { wavOf } from '../infra/demo/wav.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { createMinioClient } from '../infra/minio/client.ts'
import { minioConfig } from '../infra/minio/config.ts'
import { createPool, type Pool } from '../infra/postgres/client.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { ask, asObjects } from '../infra/questions/ask.ts'
import { questionNamed } from '../infra/questions/questions.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { type Client, connect, type Playback } from '../protocol/client/index.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { startWorkers, type WorkerProcess } from '../workers/testing/worker-process.ts'
import { HeadlessPlayer } from './headless-player.ts'

const env = inject('stackEnv')
const AD_S = 6
let folder: string
let keys: KeyServer
let gatewayEnv: Record<string, string>
let gateways: GatewayProcess[]
let workers: WorkerProcess
let pool: Pool
let clickhouse: ClickHouseClient
let tracks: readonly string[]
const opened: { client: Client; player: HeadlessPlayer }[] = []

beforeAll(async () => {
  await loadDemoCatalog(env, () => undefined, { size: 'tiny' })
  folder = await mkdtemp(join(tmpdir(), 'segue-ads-'))
  const samples = renderTone('organ', 60, AD_S).subarray(0, AD_S * SAMPLE_RATE_HZ)
  await writeFile(join(folder, 'jingle.wav'), wavOf({ left: samples, right: samples }))
  pool = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  clickhouse = createClickHouse(readEnv(env, clickhouseConfig))
  const { rows } = await pool.query<{ track_id: string }>(
    `SELECT track_id FROM tracks WHERE isrc LIKE 'XXDEM%' AND status = 'available'
      ORDER BY count(*) OVER (PARTITION BY album_id) DESC, album_id, track_number`,
  )
  tracks = rows.map(({ track_id }) => track_id)
  keys = await startKeyServer()
  gatewayEnv = {
    ...env,
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
    SEGUE_AD_EVERY_MS: '1000',
    SEGUE_AD_REFRESH_MS: '200',
  }
  gateways = await Promise.all([startGateway(gatewayEnv), startGateway(gatewayEnv)])
  workers = await startWorkers(env, ['ads', 'ingest', 'royalties', 'reaper'])
  await workers.untilReady()
})

afterAll(async () => {
  for (const { client, player } of opened) {
    player.stop()
    client.close()
  }
  await workers?.kill('SIGTERM')
  await Promise.all((gateways ?? []).map((gateway) => gateway.stop()))
  await keys?.stop()
  await Promise.all([pool?.end(), clickhouse?.close()])
  await rm(folder, { recursive: true, force: true })
})

interface CampaignWish {
  readonly country: string
  readonly cap?: number
  readonly budgetImpressions?: number
  /** By half of the accounts is told what it does for this artist. */
  readonly promotes?: string
}

/** A campaign of its own country, so that no test hears another's. */
async function aCampaign({ country, cap, budgetImpressions = 1_000, promotes }: CampaignWish): Promise<string> {
  const [advertiser, campaign, creative] = [uuidv7(Date.now()), uuidv7(Date.now()), uuidv7(Date.now())]
  await pool.query(`INSERT INTO advertisers VALUES ($1, $2, 'DE', 'EUR')`, [advertiser, `Fennel ${advertiser}`])
  await pool.query(
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, status, runs, currency, budget_micros, cost_per_mille_micros,
                            territories, cap_impressions, cap_hours, promoted_artist_id, control_percent)
     VALUES ($1, $2, 'Mornings', 'running', tstzrange(now() - interval '1 day', now() + interval '1 day'), 'EUR', $3, 8000000,
             ARRAY[$4]::country[], $5, $6, $7, $8)`,
    [
      campaign,
      advertiser,
      budgetImpressions * 8_000,
      country,
      cap ?? null,
      cap === undefined ? null : 24,
      promotes ?? null,
      promotes === undefined ? 0 : 50,
    ],
  )
  await pool.query(
    `INSERT INTO creatives (creative_id, campaign_id, title, duration_ms, click_url, language, status)
     VALUES ($1, $2, 'Kettle', 6000, 'https://fennel.example/', 'en', 'approved')`,
    [creative, campaign],
  )
  const minio = readEnv(env, (read) => minioConfig(read, 'catalog'))
  const store = createAudioStore(createMinioClient(minio), minio.bucket)
  const audio = { creativeId: creative, path: join(folder, 'jingle.wav'), workFolder: folder }
  await publishCreative({ pool, store }, audio, new AbortController().signal)
  // Both gateways have read it by then.
  await wait(2_000)
  return campaign
}

function listen(
  country: string,
  { plan = 'free', account = `acct-${randomUUID()}`, at = 0, url = () => gateways[at]?.ws ?? '' } = {},
) {
  const heard: Playback[] = []
  const client = connect({
    url,
    token: () => keys.token({ claims: { sub: account, plan, country } }),
    device: { id: randomUUID(), name: 'Kitchen', kind: 'web' },
    position: () => player.position(),
    webSocket: WebSocket,
  })
  const player = new HeadlessPlayer({ client, goesOn: true })
  client.on('playback', (playback) => heard.push(playback))
  opened.push({ client, player })
  return { account, client, player, heard }
}
type Listener = ReturnType<typeof listen>

async function heardFor({ player }: Listener, ms: number): Promise<void> {
  const fromMs = player.positionMs
  await expect.poll(() => player.positionMs - fromMs, { timeout: 30_000 + ms }).toBeGreaterThan(ms)
}

const connected = async ({ client }: Listener) => await expect.poll(() => client.state).toBe('connected')

/** Plays a track for a moment, and goes on to the next. */
async function toTheBreak(listener: Listener): Promise<void> {
  await connected(listener)
  await listener.player.play(tracks[0] ?? '')
  await heardFor(listener, 1_500)
  await listener.player.next('next')
}

/** One of whom PostgreSQL knows, of the control group of the campaign or not. */
async function aUser(campaign: string, isControl: boolean): Promise<string> {
  let account = ''
  do account = `acct-${randomUUID()}`
  while (isOfControlGroup(campaign, account, 50) !== isControl)
  await pool.query(`INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, 'DE')`, [
    uuidv7(Date.now()),
    account,
  ])
  return account
}

const impressions = async (campaign: string) =>
  (await pool.query('SELECT * FROM impressions WHERE campaign_id = $1 ORDER BY served_at', [campaign])).rows

async function campaignAnswer(campaign: string) {
  const question = questionNamed('campaigns')
  if (question === undefined) throw new Error('there is no such question')
  const given = new Map([
    ['until', new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)],
    ['limit', '100'],
  ])
  const answer = asObjects(await ask({ clickhouse, postgres: pool }, question, given, new Date()))
  return answer.find((row) => row.campaign_id === campaign)
}

describe('advertisements', () => {
  it('V1 V4 one is heard between two tracks, goes on to the music, and is one impression', async () => {
    const campaign = await aCampaign({ country: 'SE', cap: 1 })
    const listener = listen('SE')
    await toTheBreak(listener)
    expect(listener.client.playback?.ad?.campaign_id).toBe(campaign)
    const { ad, stream_id } = listener.client.playback ?? {}
    expect(ad).toMatchObject({ impression_id: stream_id, title: 'Kettle', click_url: 'https://fennel.example/' })
    await expect(listener.client.next({ reason: 'next', position_ms: 500 })).rejects.toMatchObject({ code: 'ad_plays' })
    await expect(listener.client.seek(500, 5_000)).rejects.toMatchObject({ code: 'ad_plays' })
    await heardFor(listener, 2_500)
    listener.client.adClicked()
    // At its end the music goes on by itself.
    await expect.poll(() => listener.client.playback?.track?.track_id).toBeDefined()
    await expect
      .poll(() => impressions(campaign))
      .toMatchObject([{ impression_id: stream_id, counted: true, quartile: 4, plan: 'free', invalid_reason: null }])
    await expect
      .poll(() => campaignAnswer(campaign))
      .toMatchObject({
        served: 1,
        invalid: 0,
        impressions: 1,
        reach: 1,
        frequency: 1,
        completion: 1,
        clicks: 1,
      })
    // He has heard it as often as he may.
    await heardFor(listener, 1_500)
    await listener.player.play(tracks[0] ?? '')
    expect(listener.client.playback?.track?.track_id).toBe(tracks[0])
  })

  it('V7 a second device at another gateway hears no more than the cap, though it takes over in the middle', async () => {
    const campaign = await aCampaign({ country: 'FI', cap: 1 })
    const account = `acct-${randomUUID()}`
    const [first, second] = [listen('FI', { account }), listen('FI', { account, at: 1 })]
    await toTheBreak(first)
    expect(first.client.playback?.ad?.campaign_id).toBe(campaign)
    // Until it counts, by what the gateway was told.
    await heardFor(first, 4_500)
    await toTheBreak(second)
    expect(first.client.playback).toBeUndefined()
    expect(second.client.playback?.track).toBeDefined()
    await expect.poll(() => impressions(campaign)).toMatchObject([{ counted: true }])
  })

  it('V7 what nobody heard is free again, and still due', async () => {
    const campaign = await aCampaign({ country: 'EE', cap: 1 })
    const listener = listen('EE')
    await toTheBreak(listener)
    expect(listener.client.playback?.ad?.campaign_id).toBe(campaign)
    await listener.client.stop({ reason: 'stopped', position_ms: 0 })
    const hearsAgain = async () => {
      if (listener.client.playback?.ad === undefined) await listener.player.play(tracks[0] ?? '')
      return listener.client.playback?.ad?.campaign_id
    }
    await expect.poll(hearsAgain, { interval: 1_000 }).toBe(campaign)
    // What was picked comes after it.
    await expect.poll(() => listener.client.playback?.track?.track_id).toBe(tracks[0])
    await expect.poll(async () => (await impressions(campaign)).map(({ counted }) => counted)).toEqual([false, true])
  })

  it('V7 listeners at two gateways at once hear as many as the budget pays for', async () => {
    const campaign = await aCampaign({ country: 'LV', budgetImpressions: 2 })
    const listeners = Array.from({ length: 6 }, (_, n) => listen('LV', { at: n % 2 }))
    await Promise.all(listeners.map(toTheBreak))
    expect(listeners.filter(({ client }) => client.playback?.ad !== undefined)).toHaveLength(2)
    expect(listeners.filter(({ client }) => client.playback?.track !== undefined)).toHaveLength(4)
    await expect.poll(async () => (await impressions(campaign)).map(({ counted }) => counted)).toEqual([true, true])
  })

  it('V4 one that is resumed at another gateway, its own killed, is one impression, heard to its end', async () => {
    const campaign = await aCampaign({ country: 'LT', cap: 1 })
    const doomed = await startGateway(gatewayEnv)
    let url = doomed.ws
    const listener = listen('LT', { url: () => url })
    await toTheBreak(listener)
    const { ad, stream_id } = listener.client.playback ?? {}
    expect(ad?.campaign_id).toBe(campaign)
    await heardFor(listener, 1_500)
    url = gateways[1]?.ws ?? ''
    const resumed = new Promise((resolve) => listener.client.on('resumed', resolve))
    await doomed.kill('SIGKILL')
    expect(await resumed).toMatchObject({ type: 'resumed' })
    expect(listener.client.playback).toMatchObject({ stream_id, ad: { impression_id: stream_id } })
    await expect.poll(() => listener.client.playback?.track?.track_id).toBeDefined()
    expect(listener.heard.filter((playback) => playback.ad !== undefined && playback.re !== undefined)).toHaveLength(1)
    await expect
      .poll(() => impressions(campaign))
      .toMatchObject([{ impression_id: stream_id, counted: true, quartile: 4, invalid_reason: null }])
    await expect
      .poll(() => campaignAnswer(campaign))
      .toMatchObject({ served: 1, impressions: 1, reach: 1, completion: 1 })
  })

  it('V8 the control group hears music instead, costs nothing, and what both did after is compared', async () => {
    const { rows } = await pool.query<{ artist_id: string }>('SELECT artist_id FROM tracks WHERE track_id = $1', [
      tracks[0],
    ])
    const campaign = await aCampaign({
      country: 'FO',
      cap: 1,
      budgetImpressions: 1,
      promotes: rows[0]?.artist_id ?? '',
    })
    const [control, other, served] = [aUser(campaign, true), aUser(campaign, true), aUser(campaign, false)]
    const [withheld, idle] = [listen('FO', { account: await control }), listen('FO', { account: await other, at: 1 })]
    for (const listener of [withheld, idle]) {
      await toTheBreak(listener)
      expect(listener.client.playback?.track).toBeDefined()
    }
    idle.client.close()
    // Nothing of the budget, which buys one, is spent by them.
    const treated = listen('FO', { account: await served, at: 1 })
    await toTheBreak(treated)
    expect(treated.client.playback?.ad?.campaign_id).toBe(campaign)
    await expect.poll(() => treated.client.playback?.track).toBeDefined()
    for (const listener of [withheld, treated]) await listener.player.play(tracks[0] ?? '')
    for (const listener of [withheld, treated]) {
      await heardFor(listener, 31_000)
      await listener.client.stop({ reason: 'stopped', position_ms: listener.player.positionMs })
    }
    await expect
      .poll(() => campaignAnswer(campaign))
      .toMatchObject({
        served: 1,
        impressions: 1,
        reach: 1,
        treated: 1,
        control: 2,
        treated_rate: 1,
        control_rate: 0.5,
        lift: 1,
        difference: 0.5,
      })
    const { rows: days } = await pool.query('SELECT counted FROM campaign_days WHERE campaign_id = $1', [campaign])
    expect(days).toEqual([{ counted: 1 }])
    const { rows: kept } = await pool.query(
      'SELECT converted_at IS NOT NULL AS converted FROM withheld_ads WHERE campaign_id = $1 ORDER BY 1',
      [campaign],
    )
    expect(kept).toEqual([{ converted: false }, { converted: true }])
    // Whoever is of the control group hears it no other day.
    expect(withheld.heard.some(({ ad }) => ad !== undefined)).toBe(false)
  })

  it('V1 who pays hears none, nor does another country', async () => {
    const campaign = await aCampaign({ country: 'NO' })
    const listeners = [listen('NO', { plan: 'individual' }), listen('IS')]
    for (const listener of listeners) {
      await toTheBreak(listener)
      expect(listener.client.playback?.track).toBeDefined()
      expect(listener.heard.some(({ ad }) => ad !== undefined)).toBe(false)
    }
    expect(await impressions(campaign)).toEqual([])
  })

  it('V4 V5 claims, clicks and records that come again or are of nothing count once, or not; no royalty is of an advertisement', async () => {
    const campaign = await aCampaign({ country: 'DK', cap: 1 })
    const listener = listen('DK')
    await toTheBreak(listener)
    const impression = listener.client.playback?.ad?.impression_id ?? ''
    for (let n = 0; n < 3; n++) listener.client.adClicked()
    // Another listener's click on it, and one on nothing that was ever served.
    const stranger = listen('DK', { plan: 'individual' })
    await connected(stranger)
    for (const stream_id of [impression, uuidv7(Date.now())])
      stranger.client.report('ad-clicked', { stream_id, position_ms: 0 })
    await expect.poll(() => listener.client.playback?.track?.track_id).toBeDefined()
    await expect.poll(() => campaignAnswer(campaign)).toMatchObject({ impressions: 1, clicks: 1, completion: 1 })
    await expect.poll(() => stranger.client.pendingEvents).toBe(0)
    const { rows } = await pool.query('SELECT FROM royalty_streams WHERE stream_id = $1', [impression])
    expect(rows).toEqual([])
    const streams = await clickhouse.query({
      query: 'SELECT count() AS n FROM streams WHERE stream_id = {impression:UUID}',
      query_params: { impression },
      format: 'JSONEachRow',
    })
    expect(await streams.json()).toEqual([{ n: 0 }])
    const { rows: days } = await pool.query('SELECT counted FROM campaign_days WHERE campaign_id = $1', [campaign])
    expect(days).toEqual([{ counted: 1 }])
  })
})
