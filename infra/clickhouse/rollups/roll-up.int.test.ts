import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../../protocol/ids.ts'
import { readEnv } from '../../runtime/env.ts'
import { Secret } from '../../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from '../client.ts'
import { clickhouseConfig } from '../config.ts'
import { migrateClickHouse } from '../migrate.ts'
import { dateTimeText, type EventRow } from '../playback-rows.ts'
import { SILENT_EVENT } from '../testing/silent-event.ts'
import { type RolledUp, rollUp } from './roll-up.ts'
import { BEGIN_MS, randomWorld } from './testing/random-world.ts'
import { dayOf, hourOf, keptOf, minuteOf, recount, type Written } from './testing/recount.ts'

let client: ClickHouseClient

beforeAll(async () => {
  const url = new URL(readEnv(inject('stackEnv'), clickhouseConfig).url.reveal())
  url.pathname = '/rollups_test'
  const config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  client = createClickHouse(config)
})
afterAll(async () => {
  await client.command({ query: 'DROP DATABASE rollups_test' })
  await client.close()
})
beforeEach(async () => {
  for (const table of [
    ...BASES,
    ...Object.keys({ ...ROLLUPS, ...TRACKS }),
    'touched_minutes',
    'closed_hours',
    'late_events',
    'rollup_passes',
  ])
    await client.command({ query: `TRUNCATE TABLE ${table}` })
})

const BASES = ['playback_events', 'streams'] as const
const ROLLUPS = { playback_minutes: minuteOf, playback_hours: hourOf, playback_days: dayOf } as const
const TRACKS = { track_hours: hourOf, track_days: dayOf } as const
const HOUR_MS = 3_600_000
const CLOSE_AFTER_MS = HOUR_MS

async function rows<Row>(query: string): Promise<Row[]> {
  const result = await client.query({
    query,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  })
  return await result.json<Row>()
}

async function insert(written: readonly Written[]): Promise<void> {
  for (const table of BASES) {
    const values = written
      .filter((row) => row.table === table)
      .map(({ row, at_ms }) => ({ ...row, ingested_at: at_ms }))
    if (values.length > 0)
      await client.insert({
        table,
        values: values.map((row) => ({ ...row, ingested_at: new Date(row.ingested_at).toISOString().slice(0, -1) })),
        format: 'JSONEachRow',
      })
  }
}

type Figures = Readonly<Record<string, unknown>>

/** Keys with nothing are as none: they were there once. */
async function rolledUp(table: string): Promise<Map<string, Figures>> {
  const bucket = table.split('_')[1]?.slice(0, -1)
  const found = await rows<Figures & { key: string; streams: number; events: number }>(
    `SELECT concat(toString(toUnixTimestamp(toDateTime(${bucket}))), ' ', country, ' ', plan, ' ', device_kind) AS key,
       uniqExactMerge(listeners) AS listeners, sum(streams) AS streams, sum(ended_streams) AS ended_streams,
       sum(countable_streams) AS countable_streams, sum(skipped_streams) AS skipped_streams, sum(ms_played) AS ms_played,
       sumMap(reasons_start) AS reasons_start, sumMap(reasons_end) AS reasons_end, sum(events) AS events,
       sum(startups) AS startups, quantilesExactWeightedMerge(0.5, 0.95, 0.99)(startup_ms) AS startup_ms,
       sum(stalls) AS stalls, sum(stall_ms) AS stall_ms, sum(bitrate_switches) AS bitrate_switches, sum(failures) AS failures,
       sumForEach(skipped_upto) AS skipped_upto
     FROM (SELECT * FROM ${table} FINAL) GROUP BY key HAVING streams > 0 OR events > 0`,
  )
  return new Map(found.map(({ key, ...figures }) => [key, figures]))
}

async function tracksRolledUp(table: string): Promise<Map<string, Figures>> {
  const bucket = table.split('_')[1]?.slice(0, -1)
  const found = await rows<Figures & { key: string }>(
    `SELECT concat(toString(toUnixTimestamp(toDateTime(${bucket}))), ' ', toString(track_id)) AS key,
       sum(streams) AS streams, sum(skipped_streams) AS skipped_streams, sum(ms_played) AS ms_played, uniqExactMerge(listeners) AS listeners
     FROM (SELECT * FROM ${table} FINAL) GROUP BY key HAVING streams > 0`,
  )
  return new Map(found.map(({ key, ...figures }) => [key, figures]))
}

/** Few at once, so that minutes are built in parts. */
const ROWS_AT_ONCE = 6
const passAt = (nowMs: number): Promise<RolledUp> =>
  rollUp(client, { nowMs, closeAfterMs: CLOSE_AFTER_MS, rowsAtOnce: ROWS_AT_ONCE })

const eventAt = (happenedMs: number, receivedMs: number): EventRow => ({
  account_id: 'ann',
  session_id: uuidv7(happenedMs),
  device_id: 'd',
  device_kind: 'web',
  plan: 'free',
  country: 'DE',
  event_id: uuidv7(happenedMs),
  seq: 1,
  kind: 'position',
  event_time: dateTimeText(happenedMs),
  server_time: dateTimeText(receivedMs),
  stream_id: uuidv7(happenedMs),
  ...SILENT_EVENT,
})

describe('rollups', () => {
  it.each([1, 2, 3])(
    'equal a slow recount, and closed hours never change: seed %i',
    async (seed) => {
      const world = randomWorld(seed, CLOSE_AFTER_MS)
      const closedAt = new Map<number, number>()
      const written: Written[] = []
      let closedUntil = 0
      let pass: RolledUp | undefined
      for (const { batches, nowMs } of world) {
        for (const batch of batches) {
          await insert(batch)
          written.push(...batch)
        }
        pass = await passAt(nowMs)
        for (const hour of pass.closedHours) closedAt.set(hour, pass.readToMs)
        closedUntil = Math.max(closedUntil, ...pass.closedHours.map((hour) => hour + HOUR_MS))
        const counts = (row: Written) => row.at_ms < closing(hourOf(row.happened_ms))
        const closing = (hour: number) => {
          if (hour >= closedUntil) return Number.POSITIVE_INFINITY
          const by = [...closedAt.keys()].sort((a, b) => a - b).find((closed) => closed >= hour)
          return closedAt.get(by ?? 0) ?? 0
        }
        const counted = written.filter(counts)
        for (const [table, bucketOf] of Object.entries(ROLLUPS))
          expect(await rolledUp(table), `${table} at ${nowMs}`).toEqual(recount(counted, bucketOf).whole)
        for (const [table, bucketOf] of Object.entries(TRACKS))
          expect(await tracksRolledUp(table), `${table} at ${nowMs}`).toEqual(recount(counted, bucketOf).tracks)
      }
      expect(closedAt.size).toBeGreaterThan(2)

      // What came late is named: each of which no copy was in time, unless a longer end has replaced it, and none of which all copies were.
      pass = await passAt((pass?.readToMs ?? 0) + 61_000)
      expect(pass.closedHours).toEqual([])
      const isLate = (row: Written) => {
        const hour = hourOf(row.happened_ms)
        const by = [...closedAt.keys()].sort((a, b) => a - b).find((closed) => closed >= hour)
        return by !== undefined && row.at_ms >= (closedAt.get(by) ?? 0)
      }
      const named = new Set(
        (
          await rows<{ name: string }>(
            'SELECT concat(account_id, toString(id), toString(version)) AS name FROM late_events FINAL',
          )
        ).map(({ name }) => name),
      )
      const late = new Set(written.filter(isLate).map((row) => row.name))
      const kept = new Set(keptOf(written).map((row) => row.name))
      const inTime = new Set(written.filter((row) => !isLate(row)).map((row) => row.name))
      expect([...named].filter((name) => !late.has(name))).toEqual([])
      expect([...late].filter((name) => kept.has(name) && !inTime.has(name) && !named.has(name))).toEqual([])
      expect(late.size).toBeGreaterThan(0)
    },
    240_000,
  )

  it('close nothing while the log waits to be read, so that an outage makes nothing late', async () => {
    const [first, second] = randomWorld(7, CLOSE_AFTER_MS)
    await insert(first?.batches.flat() ?? [])
    const eveningMs = (second?.nowMs ?? BEGIN_MS) + 12 * HOUR_MS
    const pass = await passAt(eveningMs)
    expect(Math.max(...pass.closedHours)).toBeLessThan(hourOf(BEGIN_MS))
  })
})

const event = (happened_ms: number, at_ms: number): Written => {
  const row = eventAt(happened_ms, at_ms)
  return { table: 'playback_events', row, at_ms, happened_ms, name: `${row.account_id}${row.event_id}0` }
}

describe('late events', () => {
  it('are counted by the hour in which they came', async () => {
    const at = BEGIN_MS
    await insert([event(at, at)])
    await insert([event(at + 3 * HOUR_MS, at + 3 * HOUR_MS)])
    const pass = await passAt(at + 3 * HOUR_MS + 60_000)
    expect(pass.closedHours).toContain(hourOf(at))
    const before = await rolledUp('playback_hours')
    await insert([event(at, at + 4 * HOUR_MS), event(at + 1, at + 5 * HOUR_MS)])
    await passAt(at + 5 * HOUR_MS + 60_000)
    expect(await rolledUp('playback_hours')).toEqual(before)
    expect(
      await rows(
        'SELECT toUnixTimestamp(arrived_hour) AS s, count() AS events FROM late_events FINAL GROUP BY s ORDER BY s',
      ),
    ).toEqual([
      { s: hourOf(at + 4 * HOUR_MS) / 1000, events: 1 },
      { s: hourOf(at + 5 * HOUR_MS) / 1000, events: 1 },
    ])
    expect(await rows('SELECT count() AS events FROM playback_events FINAL')).toEqual([{ events: 4 }])
  })

  it('are also those that were written while their hour closed: it is as of half a minute ago, whatever was counted before', async () => {
    const at = BEGIN_MS
    const nowMs = at + 3 * HOUR_MS + 60_000
    await insert([event(at, at), event(nowMs, nowMs - 40_000)])
    await insert([event(at + 1, nowMs - 10_000)])
    const pass = await passAt(nowMs)
    expect(pass.closedHours).toContain(hourOf(at))
    const hour = String(hourOf(at) / 1000)
    expect((await rolledUp('playback_hours')).get(`${hour} DE free web`)).toMatchObject({ events: 1 })
    await passAt(nowMs + 60_000)
    expect((await rolledUp('playback_hours')).get(`${hour} DE free web`)).toMatchObject({ events: 1 })
    expect(await rows('SELECT count() AS late FROM late_events FINAL')).toEqual([{ late: 1 }])
  })
})
