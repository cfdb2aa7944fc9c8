/** Owns the test of Superset as `npm run stack -- superset keycloak` starts it: who signs in at Keycloak sees which numbers, who sees none, and how it ends. */

import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { untilDayHasRoom } from '../../workers/testing/until.ts'
import { allGone, partsOf, type SegueProcess, segue } from '../cli/testing/segue-process.ts'
import { type ClickHouseClient, createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'
import { typePassword } from '../keycloak/type-password.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { ask as askQuestion, asObjects } from '../questions/ask.ts'
import { activePremium } from '../questions/fixtures/active-premium.ts'
import { artistsOwed } from '../questions/fixtures/artists-owed.ts'
import { campaigns } from '../questions/fixtures/campaigns.ts'
import { churn } from '../questions/fixtures/churn.ts'
import { at, heard, uuid } from '../questions/fixtures/fixture.ts'
import { loadFixture } from '../questions/fixtures/load-fixture.ts'
import { nextTracks } from '../questions/fixtures/next-tracks.ts'
import { sharedAccounts } from '../questions/fixtures/shared-accounts.ts'
import { QUESTIONS, questionNamed } from '../questions/questions.ts'
import { readEnv } from '../runtime/env.ts'
import { readEnvFile } from '../stack/env-file.ts'
import { cacheFolder, inDataFolder } from '../stack/folders.ts'
import { freePorts, type Ports } from '../stack/ports.ts'
import { ensureSecrets } from '../stack/secrets.ts'
import { supersetPython } from './server.ts'
import { nobodyAt, type SupersetSession, signInAt } from './session.ts'
import { ARTIST, FIRST_TRACK, HEARD_AT, insertKnownRows, MINUTE_MS, SECOND_TRACK } from './testing/known-rows.ts'

const UP = /All is up, after [\d.]+ s/
const UP_WITHIN_MS = 400_000
const HOUR_MS = 3_600_000
const LISTENING_CHARTS = 6

let parent: string
let dataDir: string
let ports: Ports
let running: SegueProcess
let url: string
/** Of everybody. */
let password: string
let clickhouse: ClickHouseClient
/** Who may write. */
let postgres: Pool
let analyst: SupersetSession
let finance: SupersetSession

beforeAll(() => untilDayHasRoom(280_000))
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'segue-superset-'))
  dataDir = join(parent, 'data')
  ports = await freePorts()
  url = `http://127.0.0.1:${ports.superset}`
  running = segue({ dataDir, ports }, 'stack', 'superset', 'keycloak')
  await until(() => UP.test(running.said()) || running.child.exitCode !== null)
  if (!UP.test(running.said())) throw new Error(`Superset did not come up:\n${running.said()}`)
  const env = await readEnvFile(inDataFolder.environment(dataDir))
  clickhouse = createClickHouse(readEnv(env, clickhouseConfig))
  postgres = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  await insertKnownRows(clickhouse)
  password = (await ensureSecrets(inDataFolder.secrets(dataDir))).keycloak_people_password
  analyst = await signInAt(url, typePassword('noor', password))
  finance = await signInAt(url, typePassword('petra', password))
}, UP_WITHIN_MS)

afterAll(async () => {
  await clickhouse?.close()
  await postgres?.end()
  running?.child.kill('SIGTERM')
  await running?.ended
  await rm(parent, { recursive: true, force: true })
})

async function until(done: () => boolean): Promise<void> {
  while (!done()) await sleep(200)
}

async function askByDriver(questions: readonly (readonly string[])[]): Promise<unknown> {
  const python = await supersetPython(cacheFolder(process.env))
  const child = spawn(python, [join(import.meta.dirname, 'testing', 'ask_clickhouse.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(questions))
  return JSON.parse(await text(child.stdout))
}

interface Chart {
  readonly slice_name: string
  readonly datasource_id: number
}

async function chartsOf(session: SupersetSession): Promise<readonly Chart[]> {
  const answer = await session.get('/api/v1/chart/?q=(page_size:100,columns:!(slice_name,datasource_id))')
  expect(answer.status).toBe(200)
  return answer.body.result as Chart[]
}

async function dashboardsOf(session: SupersetSession): Promise<readonly string[]> {
  const answer = await session.get('/api/v1/dashboard/?q=(page_size:100,columns:!(dashboard_title))')
  expect(answer.status).toBe(200)
  return (answer.body.result as { dashboard_title: string }[]).map(({ dashboard_title }) => dashboard_title).sort()
}

async function datasetOf(session: SupersetSession, chart: string): Promise<number> {
  const found = (await chartsOf(session)).find(({ slice_name }) => slice_name === chart)
  if (found === undefined) throw new Error(`no chart '${chart}'`)
  return found.datasource_id
}

const ask = (session: SupersetSession, dataset: number, query: object) =>
  session.post('/api/v1/chart/data', { datasource: { id: dataset, type: 'table' }, queries: [query] })

async function rows(session: SupersetSession, chart: string, query: object): Promise<unknown> {
  const answer = await ask(session, await datasetOf(session, chart), query)
  expect(answer).toMatchObject({ status: 200 })
  return (answer.body.result as { data: unknown }[])[0]?.data
}

const sqlMetric = (sqlExpression: string) => ({ expressionType: 'SQL', sqlExpression, label: 'n' })

describe('an analyst', () => {
  test('gets the numbers', async () => {
    const byCountry = { columns: ['country'], metrics: ['streams', 'skipped_share'], orderby: [['streams', false]] }
    expect(await rows(analyst, 'Streams by country', { ...byCountry, orderby: [['country', true]] })).toEqual([
      { country: 'DE', streams: 2, skipped_share: 0 },
      { country: 'FR', streams: 2, skipped_share: 0.5 },
    ])
    const heard = { columns: ['track_id'], metrics: [sqlMetric('sum(ms_played)')], orderby: [['track_id', true]] }
    expect(await rows(analyst, 'Top tracks', heard)).toEqual([
      { track_id: FIRST_TRACK, n: 95_000 },
      { track_id: SECOND_TRACK, n: 90_000 },
    ])
    const byMinute = { columns: ['minute'], metrics: ['most_listeners'], orderby: [['minute', true]] }
    expect(await rows(analyst, 'Listeners by minute', byMinute)).toEqual([
      { minute: HEARD_AT, most_listeners: 3 },
      { minute: HEARD_AT + MINUTE_MS, most_listeners: 1 },
    ])
    const startup = { columns: [], metrics: ['startup_p50', 'startup_p95'] }
    expect(await rows(analyst, 'Startup time', startup)).toEqual([{ startup_p50: 200, startup_p95: 300 }])
    const stalls = { columns: [], metrics: ['stalls', 'stalled_s'] }
    expect(await rows(analyst, 'Stalls by hour', stalls)).toEqual([{ stalls: 1, stalled_s: 1.5 }])
  })

  test('gets them of the range that was asked for', async () => {
    const time = (ms: number) => new Date(ms).toISOString().slice(0, 19)
    const hour = Math.floor(HEARD_AT / HOUR_MS) * HOUR_MS
    const between = (from: number, to: number) => ({
      metrics: ['streams'],
      granularity: 'hour',
      time_range: `${time(from)} : ${time(to)}`,
    })
    expect(await rows(analyst, 'Top tracks', between(hour, hour + HOUR_MS))).toEqual([{ streams: 4 }])
    expect(await rows(analyst, 'Top tracks', between(hour + HOUR_MS, Date.now()))).toEqual([{ streams: 0 }])
  })

  test('gets no account, no file, no table of another dataset, no SQL of its own', async () => {
    const dataset = await datasetOf(analyst, 'Listeners by minute')
    for (const [sql, refusal] of [
      ['any(account_id)', /UNKNOWN_IDENTIFIER/],
      ['(SELECT any(account_id) FROM playback_events)', /cannot contain sub-queries/],
      ["any(file('/etc/passwd'))", /Not enough privileges/],
      ['max(listeners)) FROM playback_events --', /error/i],
    ] as const) {
      const answer = await ask(analyst, dataset, { metrics: [sqlMetric(sql)] })
      expect([sql, answer.status]).not.toEqual([sql, 200])
      expect(JSON.stringify(answer.body)).toMatch(refusal)
    }
    expect((await ask(analyst, await datasetOf(finance, 'Artists'), { metrics: ['hours_heard'] })).status).toBe(403)
    const typed = { database_id: 1, sql: 'SELECT account_id FROM playback_events' }
    expect((await analyst.post('/api/v1/sqllab/execute/', typed)).status).toBe(403)
  })

  test('sees the dashboards, with every chart drawn or answered', async () => {
    const browser = await chromium.launch({
      executablePath: process.env.SEGUE_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    })
    try {
      const page = await browser.newPage({ viewport: { width: 1_360, height: 1_700 } })
      page.setDefaultTimeout(90_000)
      const refused: string[] = []
      let answered = 0
      page.on('response', (response) => {
        if (response.url().includes('/chart/data') && !response.ok()) refused.push(`${response.status()}`)
        else if (response.url().includes('/chart/data')) answered += 1
      })
      await page.goto(`${url}/login/segue?next=/superset/dashboard/listening/`)
      await page.getByLabel('Username').fill('noor')
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Sign In' }).click()
      await page.getByText('Listeners by minute').first().waitFor()
      const drawn = page.locator('.dashboard-chart').filter({ has: page.locator('canvas, table') })
      await expect.poll(() => drawn.count(), { timeout: 90_000, interval: 500 }).toBe(LISTENING_CHARTS)
      await page.getByText(FIRST_TRACK).first().waitFor()
      expect(refused).toEqual([])
      if (process.env.SEGUE_SCREENSHOTS !== undefined) {
        await page.screenshot({ path: join(process.env.SEGUE_SCREENSHOTS, 'superset.png') })
      }
      answered = 0
      // A chart is asked for when it comes into view.
      await page.setViewportSize({ width: 1_360, height: 4_500 })
      await page.goto(`${url}/superset/dashboard/six-questions/`)
      await expect.poll(() => answered + refused.length, { timeout: 90_000, interval: 500 }).toBe(QUESTIONS.length)
      expect(refused).toEqual([])
    } finally {
      await browser.close()
    }
  }, 400_000)
})

describe('finance', () => {
  test('sees its own dashboards, and analysts theirs', async () => {
    expect(await dashboardsOf(finance)).toEqual(['Royalties'])
    expect(await dashboardsOf(analyst)).toEqual(['Listening', 'The six questions'])
  })

  test('gets what counts for artists, and nothing of the analysts', async () => {
    expect((await chartsOf(finance)).map(({ slice_name }) => slice_name).sort()).toEqual([
      'Artists',
      'Countable streams by day',
      'What artists are owed',
    ])
    // Not the one that was too short, and not the one that broke a bound.
    expect(await rows(finance, 'Artists', { columns: ['artist_id'], metrics: ['countable_streams'] })).toEqual([
      { artist_id: ARTIST, countable_streams: 2 },
    ])
    const streams = await datasetOf(analyst, 'Top tracks')
    expect((await ask(finance, streams, { metrics: ['streams'] })).status).toBe(403)
  })
})

describe('a stranger', () => {
  test.each([
    ['who has not signed in', async () => nobodyAt(url)],
    ['who has an account and no role', async () => await signInAt(url, typePassword('ada', password))],
  ])('%s gets nothing', async (_name, arrive) => {
    const stranger = await arrive()
    for (const path of ['/api/v1/chart/', '/api/v1/dashboard/', '/api/v1/dataset/', '/api/v1/database/']) {
      expect([path, (await stranger.get(path)).status]).toEqual([path, expect.toBeOneOf([401, 403])])
    }
    const dataset = await datasetOf(analyst, 'Top tracks')
    expect((await ask(stranger, dataset, { metrics: ['streams'] })).status).toBeOneOf([401, 403])
    const owed = await datasetOf(analyst, 'What artists are owed')
    expect((await ask(stranger, owed, { columns: ['artist_id'] })).status).toBeOneOf([401, 403])
    const typed = { database_id: 1, sql: 'SELECT 1' }
    expect((await stranger.post('/api/v1/sqllab/execute/', typed)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('the six questions', () => {
  test.each([
    ['Active premium listeners', activePremium, 'hours_played'],
    ['Campaigns', campaigns, 'impressions'],
    ['What artists are owed', artistsOwed, 'counted_streams'],
    ['Accounts that look shared', sharedAccounts, 'score'],
  ])('%s are answered as computed by hand, where nothing else is asked for', async (chart, fixture, by) => {
    await loadFixture(clickhouse, postgres, fixture)
    const query = { columns: Object.keys(fixture.expected[0] ?? {}), orderby: [[by, false]] }
    // Superset gives lists as text, and amounts as numbers.
    const told = (answered: unknown) =>
      JSON.parse(JSON.stringify(answered), (key, value) => {
        if (key === 'reasons' && typeof value === 'string') return JSON.parse(value)
        return key.endsWith('_micros') && typeof value === 'number' ? String(value) : value
      })
    expect(told(await rows(analyst, chart, query))).toEqual(fixture.expected)
  })

  test('who is about to churn is counted, not named', async () => {
    await loadFixture(clickhouse, postgres, churn)
    const columns = [
      'risk',
      'days_silent',
      'active_days',
      'streams',
      'recent_share',
      'skip_rate',
      'skip_trend',
      'unusual_silence',
    ]
    const question = questionNamed('churn')
    if (question === undefined) throw new Error('there is no question churn')
    const asked = asObjects(await askQuestion({ clickhouse }, question, new Map(), new Date()))
    const answered = await rows(analyst, 'About to churn', { columns, orderby: [['risk', false]] })
    // Ann, and Ben, who hears his second at noon of today.
    const streams = Date.now() > at(6, 12) ? 2 : 1
    expect(answered).toMatchObject([
      { active_days: 3, streams: 6, recent_share: 0, skip_rate: 0.5 },
      { active_days: streams, streams, recent_share: 1, skip_rate: 0, skip_trend: 0, risk: expect.closeTo(0, 3) },
    ])
    // As the question itself says of now, which has gone on by some seconds.
    const near = (row: Record<string, unknown>) =>
      Object.fromEntries(columns.map((column) => [column, expect.closeTo(Number(row[column]), 1)]))
    expect(answered).toEqual(asked.map(near))
  })

  test('what to recommend is that of the listener who began a stream last', async () => {
    const last = heard('me', Date.now() - MINUTE_MS, 30, { track: uuid(101) })
    await loadFixture(clickhouse, postgres, { ...nextTracks, streams: [...(nextTracks.streams ?? []), last] })
    const query = { columns: ['track_id', 'with', 'listeners', 'score'], orderby: [['score', false]] }
    // In four weeks Eve is one of the others too: the fourth is with 1, heard by Cem and Eve, 1 / sqrt(2).
    expect(await rows(analyst, 'What to recommend to who listened last', query)).toEqual([
      ...nextTracks.expected,
      { track_id: uuid(104), with: 1, listeners: 2, score: Number(Math.SQRT1_2.toFixed(4)) },
    ])
  })

  test('no chart has an account, and none asks PostgreSQL past its dataset', async () => {
    for (const person of [analyst, finance]) {
      const datasets = new Set((await chartsOf(person)).map(({ datasource_id }) => datasource_id))
      for (const dataset of datasets) {
        const asked = ['account_id', 'account', 'listener_id', 'user_id'].map(async (column) => {
          const answer = await ask(person, dataset, { metrics: [sqlMetric(`max(${column})`)] })
          expect([dataset, column, answer.status]).not.toEqual([dataset, column, 200])
          expect(JSON.stringify(answer.body)).toMatch(/UNKNOWN_IDENTIFIER|does not exist/)
        })
        await Promise.all(asked)
      }
    }
    const owed = await datasetOf(analyst, 'What artists are owed')
    for (const past of [
      "query_to_xml('SELECT user_id FROM users', true, true, '')",
      "ts_stat('SELECT user_id FROM users')",
    ]) {
      const answer = await ask(analyst, owed, { metrics: [sqlMetric(`max((${past})::text)`)] })
      expect([past, answer.status]).not.toEqual([past, 200])
      expect(JSON.stringify(answer.body)).toMatch(/may not be called here/)
    }
  })
})

describe("ClickHouse's driver for Python", () => {
  test('gets rows and errors from the bridge as from a server', async () => {
    const env = await readEnvFile(inDataFolder.environment(dataDir))
    const reader = new URL(env.SEGUE_CLICKHOUSE_READER_URL ?? '')
    const stranger = new URL(reader)
    stranger.password = 'wrong'
    const questions = [
      [reader.href, "SELECT toUInt8(1), 'two', toDateTime('2026-01-02 03:04:05', 'UTC')::String"],
      [reader.href, 'SELEC 1'],
      [reader.href, `SELECT '${'x'.repeat(300_000)}'`],
      [reader.href, 'INSERT INTO segue.streams (account_id) VALUES (1)'],
      [stranger.href, 'SELECT 1'],
    ]
    expect(await askByDriver(questions)).toEqual([
      '[[1, "two", "2026-01-02 03:04:05"]]',
      expect.stringMatching(/Code: 62\. DB::Exception: Syntax error/),
      expect.stringMatching(/Code: 62\. DB::Exception: Max query size exceeded/),
      expect.stringMatching(/Code: 497\. DB::Exception: Not enough privileges/),
      expect.stringMatching(/Code: 516\. DB::Exception: .*Authentication failed/),
    ])
  })
})

describe('npm run stack -- superset', () => {
  test('says where it is and how to sign in, has started what it needs alone, and ends at Ctrl-C without a process left', async () => {
    expect(running.said()).toContain(`${url}/superset/dashboard/listening/  (sign in as noor)`)
    const marks = await partsOf(dataDir)
    expect(Object.keys(marks).sort()).toEqual(['clickhouse', 'keycloak', 'postgres', 'superset'])
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(0)
    expect(await allGone(marks)).toBe(true)
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })
})
