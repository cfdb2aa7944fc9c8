/** Owns the test of what Superset's datasets tell of few listeners, by their own SQL on the real ClickHouse; Superset itself is in superset.int.test.ts. */

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { parse } from 'yaml'
import { type ClickHouseClient, createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'

import { campaignsWithoutFew } from '../clickhouse/dashboard/without-few.ts'
import { migrateClickHouse } from '../clickhouse/migrate.ts'
import { writePlayback } from '../clickhouse/playback-writer.ts'
import { rollUp } from '../clickhouse/rollups/roll-up.ts'
import { heard, uuid } from '../questions/fixtures/fixture.ts'
import { forOthers } from '../questions/for-others.ts'
import { readEnv } from '../runtime/env.ts'
import { Secret } from '../runtime/secret.ts'
import { questionsToChart } from './questions-to-chart.ts'

const LEAST = 4
const HOUR_MS = 3_600_000
/** In the middle of an hour that is over. */
const AT = Math.floor((Date.now() - 2 * HOUR_MS) / HOUR_MS) * HOUR_MS + HOUR_MS / 2
const BEFORE = AT - 2 * HOUR_MS

let client: ClickHouseClient

beforeAll(async () => {
  const url = new URL(readEnv(inject('stackEnv'), clickhouseConfig).url.reveal())
  url.pathname = '/superset_few_test'
  const config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  client = createClickHouse(config)
  const many = (at: number, country: string, plan: string, listeners: number, track = uuid(1)) =>
    Array.from({ length: listeners }, (_, n) => heard(`${country} ${plan} ${n}`, at, 60, { country, plan, track }))
  await writePlayback(client, {
    streams: [
      ...many(AT, 'DE', 'free', 9),
      ...many(AT, 'JP', 'free', 6),
      ...many(AT, 'SE', 'free', 5),
      // Alone: the least of the others goes with them.
      ...many(AT, 'MX', 'free', 2),
      ...many(AT, 'DE', 'free', 3, uuid(2)),
      // Small each, and enough together.
      ...many(BEFORE, 'DE', 'duo', 7),
      ...many(BEFORE, 'NL', 'duo', 3),
      ...many(BEFORE, 'CZ', 'duo', 3),
    ],
    events: [],
  })
  await rollUp(client, { nowMs: Date.now() + 60_000, closeAfterMs: HOUR_MS })
})
afterAll(async () => {
  await client.command({ query: 'DROP DATABASE superset_few_test' })
  await client.close()
})

async function sqlOf(dataset: string, least: number, questions: object = questionsToChart()): Promise<string> {
  const asset = parse(await readFile(join(import.meta.dirname, 'assets', 'datasets', `${dataset}.yaml`), 'utf8'))
  const child = spawn('python3', [join(import.meta.dirname, 'testing', 'dataset_sql.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', SEGUE_SUPERSET_QUESTIONS: JSON.stringify(questions) },
  })
  child.stdin.end(JSON.stringify({ assets: [asset], least }))
  return (JSON.parse(await text(child.stdout)) as string[])[0] ?? ''
}

async function told(dataset: string, query: (table: string) => string, least = LEAST): Promise<unknown[]> {
  const result = await client.query({
    query: query(`(${await sqlOf(dataset, least)})`),
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return await result.json()
}

const hourText = (at: number) =>
  new Date(Math.floor(at / HOUR_MS) * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ')

test('a country of few is called other, with the least of the others where those in it are still few; sums stay', async () => {
  const byCountry = (dataset: string, time: string, streams: string) =>
    told(
      dataset,
      (table) =>
        `SELECT country, plan, sum(${streams}) AS n FROM ${table} WHERE ${time} = '${hourText(AT)}' GROUP BY country, plan ORDER BY n DESC, country`,
    )
  expect(await byCountry('playback-by-hour', 'hour', 'streams')).toEqual([
    { country: 'DE', plan: 'free', n: 12 },
    // SE and MX.
    { country: 'other', plan: 'other', n: 7 },
    { country: 'JP', plan: 'free', n: 6 },
  ])
  const before = await told(
    'playback-by-hour',
    (table) =>
      `SELECT country, device_kind, sum(streams) AS n FROM ${table} WHERE hour = '${hourText(BEFORE)}' GROUP BY ALL ORDER BY n DESC`,
  )
  expect(before).toMatchObject([
    { country: 'DE', n: 7 },
    { country: 'other', device_kind: 'other', n: 6 },
  ])
})

test('a track of few is told without their country, artists and days as well', async () => {
  const tracks = await told(
    'tracks-by-hour',
    (table) =>
      `SELECT track_id, country, sum(streams) AS n FROM ${table} WHERE hour = '${hourText(AT)}' GROUP BY ALL ORDER BY track_id, n DESC`,
  )
  expect(tracks).toEqual([
    { track_id: uuid(1), country: 'DE', n: 9 },
    { track_id: uuid(1), country: 'other', n: 7 },
    { track_id: uuid(1), country: 'JP', n: 6 },
    { track_id: uuid(2), country: 'other', n: 3 },
  ])
  for (const dataset of ['artists-by-day', 'countable-streams']) {
    const all = await told(
      dataset,
      (table) => `SELECT sum(streams) AS n, countIf(country IN ('MX', 'NL', 'CZ')) AS named FROM ${table}`,
    )
    expect([dataset, all]).toEqual([dataset, [{ n: 38, named: 0 }]])
  }
})

test('a minute of few listeners is left out', async () => {
  const listeners = (least: number) =>
    told('listeners-by-minute', (table) => `SELECT max(listeners) AS most, count() AS minutes FROM ${table}`, least)
  expect(await listeners(LEAST)).toEqual([{ most: 22, minutes: 2 }])
  expect(await listeners(14)).toEqual([{ most: 22, minutes: 1 }])
})

test('with 1 as the least, each dataset tells what its rollup has', async () => {
  for (const [dataset, table] of [
    ['playback-by-hour', 'playback_hours'],
    ['countable-streams', 'playback_days'],
    ['tracks-by-hour', 'track_hours'],
    ['artists-by-day', 'track_days'],
    ['startup-by-minute', 'playback_minutes'],
  ] as const) {
    const countries = (from: string) => `SELECT country, count() AS n FROM ${from} GROUP BY country ORDER BY country`
    const raw = await client.query({ query: countries(`${table} FINAL`), format: 'JSONEachRow' })
    expect([dataset, await told(dataset, countries, 1)]).toEqual([
      dataset,
      (await raw.json<{ country: string; n: string }>()).map((row) => ({ ...row, n: Number(row.n) })),
    ])
  }
})

/** What a dataset tells of a question that is answered so. */
async function toldOf(
  question: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly unknown[])[],
) {
  const list = rows.map((row) => `(${row.map((value) => JSON.stringify(value)?.replaceAll('"', "'")).join(', ')})`)
  const structure = Object.entries(columns).map(([name, type]) => `${name} ${type}`)
  const query = `SELECT * FROM values('${structure.join(', ')}', ${list.join(', ')})`
  const sql = await sqlOf(`question-${question}`, LEAST, { [question]: { definition: '', query, defaults: {} } })
  const result = await client.query({
    query: `SELECT ${Object.keys(columns).join(', ')} FROM (${sql}) ORDER BY 1`,
    format: 'JSONCompact',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return (await result.json<unknown[]>()).data
}

test('active premium listeners are hidden by SQL as by the code of answers for others', async () => {
  const columns = {
    country: 'String',
    hours_played: 'Float64',
    active_premium: 'UInt64',
    active: 'UInt64',
    premium_share: 'Float64',
  }
  const counts = Array.from({ length: 9 }, (_, part) =>
    Array.from({ length: 9 }, (__, rest) => [part, rest] as const),
  ).flat(1)
  const rows = counts
    .filter(([part, rest]) => part + rest > 0)
    .map(([part, rest]) => [`of ${part} and ${rest}`, 1.5, part, part + rest, 0.5])
  const expected = forOthers('active-premium', { columns: Object.keys(columns), rows }, LEAST)?.rows
  expect(await toldOf('active-premium', columns, rows)).toEqual(expected)
})

test('campaigns are hidden by SQL as by the code of the dashboard, and so is what to recommend', async () => {
  const figures = [
    ...['served', 'invalid', 'impressions', 'reach', 'frequency', 'quartile1', 'quartile2', 'quartile3', 'completion'],
    ...['clicks', 'click_rate', 'treated', 'control', 'treated_rate', 'control_rate', 'lift'],
    ...['difference', 'difference_low', 'difference_high'],
  ]
  const rows = [
    { reach: 0, treated: 9, control: 9 },
    { reach: 3, treated: 9, control: 9 },
    { reach: 9, treated: 3, control: 9 },
    { reach: 9, treated: 9, control: 1 },
    { reach: 1, treated: 1, control: 0 },
    { reach: 4, treated: 4, control: 4 },
  ].map((counts, at) => ({ campaign_id: `c${at}`, ...Object.fromEntries(figures.map((name) => [name, 7])), ...counts }))
  const columns = Object.fromEntries(
    ['campaign_id', ...figures].map((name) => [name, name === 'campaign_id' ? 'String' : 'UInt64']),
  )
  const asRows = (those: readonly object[]) =>
    those.map((row) => Object.keys(columns).map((name) => (row as Record<string, unknown>)[name]))
  expect(await toldOf('campaigns', columns, asRows(rows))).toEqual(asRows(campaignsWithoutFew(rows, LEAST)))

  const recommended = { track_id: 'String', with: 'UInt64', listeners: 'UInt64', score: 'Float64' }
  expect(
    await toldOf('next-tracks', recommended, [
      ['a', 3, 30, 0.5],
      ['b', 4, 40, 0.25],
    ]),
  ).toEqual([
    ['a', null, null, null],
    ['b', 4, 40, 0.25],
  ])
})
