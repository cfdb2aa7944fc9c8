/** Owns the test of what the dashboard is told by: who may see it, and figures that come by themselves for as long as they may. */

import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { createClickHouse } from '../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../infra/clickhouse/config.ts'
import { dateTimeText, endedVersion, type StreamRow } from '../infra/clickhouse/playback-rows.ts'
import { type KeyServer, startKeyServer } from '../infra/issuer/key-server.ts'
import { createPool, type Pool } from '../infra/postgres/client.ts'
import { postgresConfig } from '../infra/postgres/config.ts'
import { readEnv } from '../infra/runtime/env.ts'
import { uuidv7 } from '../protocol/ids.ts'
import { MOST_STREAMS } from './live-feeds.ts'
import { eventReader, type ServerEvent } from './pages/event-stream.ts'
import { type GatewayProcess, startGateway } from './testing/gateway-process.ts'
import { metric } from './testing/metric.ts'

const ANALYST = { roles: ['listener', 'analyst'] }
const STREAM = '/api/dashboard/stream'

const ACCOUNT = 'raw-account-7'
const DEVICE = 'raw-device-7'
const ADDRESS = 'f'.repeat(32)
const NOW_MS = Date.now()
const SESSION = uuidv7(NOW_MS - 300_000)
const CASE = 'c0ffee00-0000-4000-8000-00000000cafe'
/** Nobody else listens from there. */
const STREAM_ROW: StreamRow = {
  account_id: ACCOUNT,
  session_id: SESSION,
  device_id: DEVICE,
  device_kind: 'car',
  plan: 'family',
  country: 'AQ',
  stream_id: uuidv7(NOW_MS - 300_000),
  version: endedVersion(200_000),
  track_id: uuidv7(NOW_MS),
  isrc: 'ZZSEG2600001',
  artist_id: uuidv7(NOW_MS),
  started_at: dateTimeText(NOW_MS - 300_000),
  reason_start: 'pick',
  fence: null,
  ended_at: dateTimeText(NOW_MS - 100_000),
  reason_end: 'completed',
  ms_played: 200_000,
  ms_claimed: 200_000,
  ms_granted: 200_000,
  position_ms: 200_000,
  flags: [],
}

const CAMPAIGN = uuidv7(NOW_MS)
/** Heard: minutes ago, and where. */
const AD_EVENTS = [
  { minutesAgo: 5, country: 'AQ', plan: 'free', device_kind: 'car' },
  { minutesAgo: 20, country: 'AQ', plan: 'free', device_kind: 'tv' },
  { minutesAgo: 40, country: 'BV', plan: 'duo', device_kind: 'car' },
  { minutesAgo: 90, country: 'AQ', plan: 'free', device_kind: 'car' },
].flatMap(({ minutesAgo, ...where }) => {
  const servedAtMs = NOW_MS - minutesAgo * 60_000
  const impression_id = uuidv7(servedAtMs)
  return ['served', 'audible'].map((kind) => ({
    ...where,
    campaign_id: CAMPAIGN,
    creative_id: CAMPAIGN,
    impression_id,
    kind,
    account_id: ACCOUNT,
    event_time: dateTimeText(servedAtMs),
    server_time: dateTimeText(servedAtMs),
    audible_ms: 5_000,
    invalid: false,
  }))
})

let keys: KeyServer
let gateway: GatewayProcess
let pool: Pool
let reading: AbortController[] = []

beforeAll(async () => {
  const stack = inject('stackEnv')
  const clickhouse = createClickHouse(readEnv(stack, clickhouseConfig))
  await clickhouse.insert({ table: 'streams', values: [STREAM_ROW], format: 'JSONEachRow' })
  await clickhouse.insert({ table: 'ad_events', values: AD_EVENTS, format: 'JSONEachRow' })
  await clickhouse.close()
  pool = createPool(readEnv(stack, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  await pool.query(
    `INSERT INTO sharing_cases (account, case_id, score, highest_score, evidence, plan, detector_version, first_seen, last_seen)
     VALUES ($1, $2, 0.9, 0.9, '{"reasons": ["Two homes"], "features": {}}', 'family', 1, now(), now())`,
    [ACCOUNT, CASE],
  )
  keys = await startKeyServer()
  gateway = await startGateway({
    ...inject('stackEnv'),
    SEGUE_ISSUER_URL: keys.issuer,
    SEGUE_JWKS_URL: keys.jwksUrl,
  })
})

afterEach(() => {
  for (const each of reading) each.abort()
  reading = []
})

afterAll(async () => {
  await gateway?.stop()
  await keys?.stop()
  await pool?.end()
})

async function ask(path: string, token: string | undefined, init: RequestInit = {}): Promise<Response> {
  const mine = new AbortController()
  reading.push(mine)
  return fetch(`${gateway.http}${path}`, {
    ...init,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: mine.signal,
  })
}

const analyst = (expiresInS = 600) => keys.token({ claims: ANALYST, expiresInS })

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  const read = eventReader()
  const decoder = new TextDecoder()
  if (response.body === null) throw new Error('no body')
  const reader = response.body.getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read())
    yield* read(decoder.decode(piece.value, { stream: true }))
}

async function next(events: AsyncGenerator<ServerEvent>): Promise<ServerEvent> {
  const { value, done } = await events.next()
  if (done) throw new Error('the stream has ended')
  return value
}

describe('rights', () => {
  it.each([
    '/api/dashboard',
    STREAM,
    `/api/sessions/${SESSION}`,
    '/api/sharing/cases',
    `/api/sharing/cases/${CASE}`,
    `/api/sharing/cases/${CASE}/sessions`,
  ])('%s is for analysts', async (path) => {
    await expectAnalystsOnly(path)
    expect((await ask(path, await analyst())).status).toBe(200)
  })

  it('what an artist is paid for is for analysts', async () => {
    const path = `/api/artists/${uuidv7(0)}/account`
    await expectAnalystsOnly(path)
    expect((await ask(path, await analyst())).status).toBe(404)
  })

  it('a case is marked by analysts, and by a listener neither it nor its history is changed', async () => {
    const path = `/api/sharing/cases/${CASE}/mark`
    const marks = (mark: string) => ({ method: 'POST', body: JSON.stringify({ mark }) })
    const before = await caseNow()
    expect(before).toEqual({ status: 'open', marked: 0 })
    await expectAnalystsOnly(path, marks('wrong'))
    expect(await caseNow()).toEqual(before)
    expect((await ask(path, await analyst(), marks('right'))).status).toBe(200)
    expect(await caseNow()).toEqual({ status: 'right', marked: 1 })
  })

  async function expectAnalystsOnly(path: string, init?: RequestInit): Promise<void> {
    expect((await ask(path, undefined, init)).status).toBe(401)
    expect((await ask(path, 'nonsense', init)).status).toBe(401)
    const refused = await ask(path, await keys.token(), init)
    expect(refused.status).toBe(403)
    expect((await refused.json()).error).toMatchObject({ name: 'forbidden' })
  }
  async function caseNow(): Promise<unknown> {
    const { rows } = await pool.query(
      `SELECT status, (SELECT count(*)::int FROM sharing_case_history h WHERE h.account = c.account AND kind = 'mark') AS marked
       FROM sharing_cases c WHERE case_id = $1`,
      [CASE],
    )
    return rows[0]
  }
})

describe('what is told', () => {
  const told = async (path: string) => {
    const answer = await ask(path, await analyst())
    return { status: answer.status, text: await answer.text() }
  }

  it.each([
    // Of countries where nobody else listens: of all of the world the greatest campaigns alone are told.
    ['minutes=15&country=AQ', 1],
    ['minutes=30&country=AQ', 2],
    ['minutes=60&country=BV', 1],
    ['minutes=1440&country=AQ', 3],
    ['minutes=60&country=AQ&device_kind=car', 1],
    ['minutes=60&country=BV&plan=duo', 1],
    ['minutes=60&country=AQ&plan=duo', 0],
    ['minutes=15&country=BV', 0],
  ])('of campaigns is what was decided in the range, where the filters say: %s', async (query, impressions) => {
    const { campaigns } = JSON.parse((await told(`/api/dashboard?${query}`)).text) as {
      campaigns: readonly { campaign_id: string; impressions: number; difference: number | null }[]
    }
    const found = campaigns.filter(({ campaign_id }) => campaign_id === CAMPAIGN)
    expect(found).toMatchObject(impressions === 0 ? [] : [{ impressions, difference: null, name: 'Unknown campaign' }])
  })

  it('is never who listens: no account, subject, device or address', async () => {
    const stream = eventsOf(await ask(`${STREAM}?minutes=60`, await analyst()))
    const { data } = await next(stream)
    const answers = [
      { status: 200, text: data },
      await told('/api/dashboard?minutes=10080'),
      await told('/api/dashboard?minutes=60&country=AQ&plan=family&device_kind=car'),
      await told(`/api/sessions/${SESSION}`),
      await told('/api/sharing/cases'),
      await told(`/api/sharing/cases/${CASE}`),
      await told(`/api/sharing/cases/${CASE}/sessions`),
    ]
    for (const { status, text } of answers) {
      expect(status).toBe(200)
      for (const raw of [ACCOUNT, DEVICE, ADDRESS, 'account', 'device_id', 'address']) expect(text).not.toContain(raw)
    }
  })

  it('is one session as it went, by the names of its tracks', async () => {
    const { text } = await told(`/api/sessions/${SESSION}`)
    expect(JSON.parse(text)).toMatchObject({
      session_id: SESSION,
      moments: [{ what: 'began: pick', detail: 'Unknown track' }, { what: 'ended: completed' }],
    })
    expect((await told(`/api/sessions/${uuidv7(Date.now())}`)).status).toBe(404)
    expect((await told('/api/sessions/nonsense')).status).toBe(400)
  })

  it('is which sessions the account of a case had', async () => {
    const { text } = await told(`/api/sharing/cases/${CASE}/sessions`)
    expect(JSON.parse(text).sessions).toMatchObject([{ session_id: SESSION, country: 'AQ', total_streams: 1 }])
    expect((await told(`/api/sharing/cases/${uuidv7(0)}/sessions`)).status).toBe(404)
  })

  it('is of the filters that were asked for, or says which one is wrong', async () => {
    const mine = JSON.parse((await told('/api/dashboard?country=AQ&plan=family&device_kind=car')).text)
    expect(mine.sessions).toMatchObject([{ session_id: SESSION }])
    expect(mine.top_tracks).toHaveLength(1)
    expect(JSON.parse((await told('/api/dashboard?country=AQ&plan=free')).text).sessions).toEqual([])
    for (const wrong of ['country=Germany', 'plan=gold', 'device_kind=fridge', 'minutes=10081']) {
      const { status, text } = await told(`/api/dashboard?${wrong}`)
      expect(status).toBe(400)
      expect(JSON.parse(text).error.message).toContain(wrong.split('=')[0])
    }
  })
})

describe('of few listeners', () => {
  it('nothing is told, where nobody says otherwise: AQ has one, the campaign has reached one there', async () => {
    const { SEGUE_SMALL_CELLS: unhidden, ...env } = inject('stackEnv')
    expect(unhidden).toBe('1')
    const careful = await startGateway({ ...env, SEGUE_ISSUER_URL: keys.issuer, SEGUE_JWKS_URL: keys.jwksUrl })
    try {
      const told = async (query: string) => {
        const headers = { authorization: `Bearer ${await analyst()}` }
        return await (await fetch(`${careful.http}/api/dashboard?${query}`, { headers })).json()
      }
      const shown = await told('minutes=60&country=AQ')
      expect(shown).toMatchObject({ small_cells: 10, sessions: [], streams: [], top_tracks: [], top_artists: [] })
      expect(shown.campaigns).toMatchObject([{ campaign_id: CAMPAIGN, impressions: null, reach: null, clicks: null }])
      const listeners = Object.values(shown.heard_by as Record<string, readonly { total_listeners: number | null }[]>)
      expect(listeners.flat().filter(({ total_listeners }) => total_listeners !== null)).toEqual([])
      expect(JSON.stringify(await told('minutes=10080'))).not.toContain(SESSION)
    } finally {
      await careful.stop()
    }
  })
})

describe('figures that come', () => {
  it('come again and again, one reading for all who look at the same', async () => {
    const reads = () => metric(gateway, 'segue_gateway_live_readings_total{result="read"}')
    const before = await reads()
    const viewers = await Promise.all(
      Array.from({ length: 5 }, async () => eventsOf(await ask(`${STREAM}?minutes=47`, await analyst()))),
    )
    const shown = await Promise.all(
      viewers.map(async (viewer) =>
        [await next(viewer), await next(viewer), await next(viewer)].map(({ data }) => data),
      ),
    )
    // Who came after a reading begins with the one that follows it.
    const ofAll = new Set(shown[0]?.filter((data) => shown.every((others) => others.includes(data))))
    expect(ofAll.size).toBeGreaterThan(1)
    for (const data of ofAll) {
      expect(JSON.parse(data)).toMatchObject({ range_minutes: 47, listeners_now: expect.any(Number) })
    }
    // Each viewer by itself would have made three.
    expect((await reads()) - before).toBeLessThanOrEqual(6)
  })

  it('are refused when the question is none', async () => {
    expect((await ask(`${STREAM}?minutes=0`, await analyst())).status).toBe(400)
  })

  it('end when the token has expired', async () => {
    const events = eventsOf(await ask(STREAM, await analyst(3)))
    const came = []
    for await (const event of events) came.push(event.event)
    expect(came.length).toBeGreaterThan(0)
    expect(new Set(came)).toEqual(new Set(['figures']))
  })

  it('come to a bounded number of viewers; a reading nobody looks at is made no more', async () => {
    const open = () => metric(gateway, 'segue_gateway_live_streams')
    await expect.poll(open).toBe(0)
    const token = await analyst()
    const answers = await Promise.all(Array.from({ length: MOST_STREAMS }, () => ask(STREAM, token)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    const refused = await ask(STREAM, token)
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect((await refused.json()).error).toMatchObject({ name: 'overloaded', retriable: true })
    for (const each of reading) each.abort()
    await expect.poll(open).toBe(0)
    const reads = () => metric(gateway, 'segue_gateway_live_readings_total{result="read"}')
    const settled = async () => {
      const before = await reads()
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      return (await reads()) - before
    }
    await expect.poll(settled).toBe(0)
  })

  it('end when the gateway leaves', async () => {
    const leaving = await startGateway({
      ...inject('stackEnv'),
      SEGUE_ISSUER_URL: keys.issuer,
      SEGUE_JWKS_URL: keys.jwksUrl,
    })
    const response = await fetch(`${leaving.http}${STREAM}`, {
      headers: { authorization: `Bearer ${await analyst()}` },
    })
    const events = eventsOf(response)
    await next(events)
    const exit = leaving.kill('SIGTERM')
    const rest = []
    for await (const event of events) rest.push(event)
    expect(rest.length).toBeLessThanOrEqual(1)
    expect(await exit).toBe(0)
  })
})
