/** Owns one pass over the rollups: minutes with new rows are built again, hours whose time has come are closed, and what came late is named. */

import { readFileSync } from 'node:fs'
import type { ClickHouseClient } from '../client.ts'
import { dateTimeText } from '../playback-rows.ts'
import { SKIP_POINTS_S } from './skip-points.ts'

export interface Pass {
  /** The clock of the pass: ClickHouse's, which wrote `ingested_at`. */
  readonly nowMs: number
  /** How long after its end an hour closes. */
  readonly closeAfterMs: number
  /** So many are deduplicated at once, in memory. */
  readonly rowsAtOnce?: number
}

export interface RolledUp {
  /** What was written from then on may be news to the next pass, and is late in the hours closed now. */
  readonly readToMs: number
  readonly builtMinutes: number
  /** Hours closed now, in ms since 1970. */
  readonly closedHours: readonly number[]
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** An insert is visible so long after `ingested_at` at the latest: it may run for 20 s. */
const SETTLED_AFTER_MS = 30_000
/** Of a closed hour: nothing replaces it. */
const CLOSED_VERSION = '18446744073709551615'
const ROWS_AT_ONCE = 2_000_000
const FAR_MS = Date.UTC(2100, 0)
/** On one thread: what listens and what writes go before. */
const SETTINGS = { max_execution_time: 60, max_threads: 1 } as const

const statement = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8')
const ROWS = statement('rows')
const MINUTES = statement('minutes')
const HOURS = statement('hours')
const DAYS = statement('days')
const TRACK_HOURS = statement('track-hours')
const TRACK_DAYS = statement('track-days')
const LATE = [statement('late-events'), statement('late-streams')]

/** One at a time: of two that run at once, one may name what the other is about to count. Every pass may be broken off and made again. */
export async function rollUp(
  client: ClickHouseClient,
  { nowMs, closeAfterMs, rowsAtOnce = ROWS_AT_ONCE }: Pass,
): Promise<RolledUp> {
  const sinceMs = await readToMs(client)
  const touched = await touchedMinutes(client, sinceMs)
  const closedUntil = await closedUntilMs(client)

  const settledMs = nowMs - SETTLED_AFTER_MS
  const due = await hoursToClose(client, { closedUntil, sinceMs, settledMs, closeAfterMs })
  const closesUntil = due.length === 0 ? closedUntil : (due.at(-1) ?? 0) + HOUR_MS
  // What closes now is counted once, when it closes.
  const open = groupBy(
    touched.filter((minute) => minute >= closesUntil),
    (minute) => floor(minute, HOUR_MS),
  )
  for (const [hour, minutes] of open)
    await build(client, {
      fromMs: hour,
      toMs: hour + HOUR_MS,
      minutes,
      version: String(nowMs),
      beforeMs: FAR_MS,
      rowsAtOnce,
    })

  for (const [day, hours] of groupBy(due, (hour) => floor(hour, DAY_MS))) {
    // Whatever lies between two hours that close, closes.
    const [fromMs, toMs] = [hours[0] ?? day, (hours.at(-1) ?? day) + HOUR_MS]
    await build(client, { fromMs, toMs, minutes: [], version: CLOSED_VERSION, beforeMs: settledMs, rowsAtOnce })
  }
  for (const day of new Set([...open.keys(), ...due].map((hour) => floor(hour, DAY_MS))))
    await buildDay(client, day, nowMs)
  // Last, so that an hour that was built in part is not closed.
  if (due.length > 0)
    await client.insert({
      table: 'closed_hours',
      values: due.map((hour) => ({ hour: secondText(hour), closed_at: dateTimeText(settledMs) })),
      format: 'JSONEachRow',
    })

  const late = new Set(touched.filter((minute) => minute < closedUntil).map((minute) => floor(minute, HOUR_MS)))
  await nameLate(client, [...late], sinceMs)
  if (touched.length > 0 || due.length > 0)
    await client.insert({
      table: 'rollup_passes',
      values: [{ read_to: dateTimeText(settledMs) }],
      format: 'JSONEachRow',
    })
  return {
    readToMs: settledMs,
    builtMinutes: [...open.values()].reduce((sum, minutes) => sum + minutes.length, 0),
    closedHours: due,
  }
}

/** ClickHouse's clock. */
export async function storeClockMs(client: ClickHouseClient): Promise<number> {
  const [row] = await read<{ ms: number }>(client, 'SELECT toUnixTimestamp64Milli(now64(3)) AS ms', {})
  if (row === undefined) throw new Error('ClickHouse does not say what time it is')
  return row.ms
}

async function touchedMinutes(client: ClickHouseClient, sinceMs: number): Promise<number[]> {
  const rows = await read<{ s: number }>(
    client,
    `SELECT DISTINCT toUnixTimestamp(minute) AS s FROM touched_minutes WHERE touched_at >= {since:DateTime64(3, 'UTC')} ORDER BY s`,
    { since: dateTimeText(sinceMs) },
  )
  return rows.map(({ s }) => s * 1000)
}

/** 0 when there was no pass yet. */
async function readToMs(client: ClickHouseClient): Promise<number> {
  const [row] = await read<{ ms: number }>(
    client,
    'SELECT toUnixTimestamp64Milli(max(read_to)) AS ms FROM rollup_passes',
    {},
  )
  return row?.ms ?? 0
}

/** Every hour before is closed. */
async function closedUntilMs(client: ClickHouseClient): Promise<number> {
  const [row] = await read<{ s: number; hours: number }>(
    client,
    'SELECT toUnixTimestamp(max(hour)) AS s, count() AS hours FROM closed_hours',
    {},
  )
  return row === undefined || row.hours === 0 ? 0 : row.s * 1000 + HOUR_MS
}

interface Closing {
  readonly closedUntil: number
  readonly sinceMs: number
  readonly settledMs: number
  readonly closeAfterMs: number
}

/**
 * Those that ended long enough ago, by the clock and by what has been read: while the log waits to be read, nothing closes,
 * so that an outage makes nothing late. The last of them closes even when nothing happened in it, and with it all before.
 */
async function hoursToClose(
  client: ClickHouseClient,
  { closedUntil, sinceMs, settledMs, closeAfterMs }: Closing,
): Promise<number[]> {
  const [said] = await read<{ ms: number }>(
    client,
    `SELECT toUnixTimestamp64Milli(max(said_at)) AS ms FROM touched_minutes WHERE touched_at >= {since:DateTime64(3, 'UTC')}`,
    { since: dateTimeText(sinceMs) },
  )
  const until = floor(Math.min(settledMs, said?.ms ?? 0) - closeAfterMs, HOUR_MS)
  if (until <= closedUntil) return []
  const rows = await read<{ s: number }>(
    client,
    `SELECT DISTINCT toUnixTimestamp(toStartOfHour(minute)) AS s FROM touched_minutes
     WHERE minute >= {from:DateTime('UTC')} AND minute < {to:DateTime('UTC')}`,
    { from: secondText(closedUntil), to: secondText(until) },
  )
  return [...new Set([...rows.map(({ s }) => s * 1000), until - HOUR_MS])].sort((a, b) => a - b)
}

interface Build {
  /** Whole hours. */
  readonly fromMs: number
  readonly toMs: number
  /** Of these hours; none: all. */
  readonly minutes: readonly number[]
  readonly version: string
  /** What was written from then on does not count. */
  readonly beforeMs: number
  readonly rowsAtOnce: number
}

/** Minutes, and of the hours that they are in all. */
async function build(client: ClickHouseClient, work: Build): Promise<void> {
  const { fromMs, toMs, version, beforeMs } = work
  await buildMinutes(client, work)
  await write(client, HOURS, { version, ...between(fromMs, toMs) })
  // Of the tracks no minutes are kept: an hour of them is counted anew.
  await write(client, TRACK_HOURS, { version, before: dateTimeText(beforeMs), ...between(fromMs, toMs) })
}

/** In halves, and these in halves, until it is little enough. */
async function buildMinutes(client: ClickHouseClient, work: Build): Promise<void> {
  const { fromMs, toMs, minutes, version, beforeMs } = work
  const params = { ...between(fromMs, toMs), minutes: minutes.map(secondText) }
  const [rows] = await read<{ streams: number; events: number }>(client, ROWS, params)
  const isMuch = (rows?.streams ?? 0) + (rows?.events ?? 0) > work.rowsAtOnce
  const middle = floor((fromMs + toMs) / 2, MINUTE_MS)
  if (isMuch && middle > fromMs && minutes.length !== 1) {
    const [before, after] = [minutes.filter((minute) => minute < middle), minutes.filter((minute) => minute >= middle)]
    if (minutes.length === 0 || before.length > 0)
      await buildMinutes(client, { ...work, toMs: middle, minutes: before })
    if (minutes.length === 0 || after.length > 0)
      await buildMinutes(client, { ...work, fromMs: middle, minutes: after })
    return
  }
  await write(client, MINUTES, { ...params, version, before: dateTimeText(beforeMs), skip_points: SKIP_POINTS_S })
}

/** A day is never closed itself: it is the sum of its hours. */
async function buildDay(client: ClickHouseClient, day: number, nowMs: number): Promise<void> {
  const params = { version: String(nowMs), ...between(day, day + DAY_MS) }
  await write(client, DAYS, params)
  await write(client, TRACK_DAYS, params)
}

async function nameLate(client: ClickHouseClient, hours: readonly number[], sinceMs: number): Promise<void> {
  if (hours.length === 0) return
  const closings = await read<{ s: number; ms: number }>(
    client,
    `SELECT toUnixTimestamp(hour) AS s, toUnixTimestamp64Milli(max(closed_at)) AS ms FROM closed_hours
     WHERE hour >= {from:DateTime('UTC')} GROUP BY hour ORDER BY hour`,
    { from: secondText(Math.min(...hours)) },
  )
  // An hour in which nothing had happened closed with the next one that did.
  const closedAt = (hour: number) => closings.find(({ s }) => s * 1000 >= hour)?.ms ?? FAR_MS
  const params = {
    since: dateTimeText(sinceMs),
    hours: hours.map(secondText),
    closed_ats: hours.map((hour) => dateTimeText(closedAt(hour))),
  }
  for (const query of LATE) await write(client, query, params)
}

async function read<Row>(client: ClickHouseClient, query: string, params: Record<string, unknown>): Promise<Row[]> {
  const result = await client.query({
    query,
    query_params: params,
    format: 'JSONEachRow',
    clickhouse_settings: { ...SETTINGS, output_format_json_quote_64bit_integers: 0 },
  })
  return await result.json<Row>()
}

async function write(client: ClickHouseClient, query: string, params: Record<string, unknown>): Promise<void> {
  await client.command({ query, query_params: params, clickhouse_settings: SETTINGS })
}

const floor = (ms: number, step: number): number => Math.floor(ms / step) * step
const secondText = (ms: number): string => dateTimeText(ms).slice(0, -4)
const between = (fromMs: number, toMs: number) => ({ from: secondText(fromMs), to: secondText(toMs) })

function groupBy(values: readonly number[], keyOf: (value: number) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}
