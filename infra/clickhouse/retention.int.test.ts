import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { readEnv } from '../runtime/env.ts'
import { Secret } from '../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from './client.ts'
import { type ClickHouseConfig, clickhouseConfig } from './config.ts'
import { migrateClickHouse } from './migrate.ts'
import { dateTimeText } from './playback-rows.ts'
import { forgetOverdue, retentionConfig } from './retention.ts'

let config: ClickHouseConfig
let client: ClickHouseClient

beforeAll(async () => {
  const url = new URL(readEnv(inject('stackEnv'), clickhouseConfig).url.reveal())
  url.pathname = '/retention_test'
  config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  client = createClickHouse(config)
})
afterAll(async () => {
  await client.command({ query: 'DROP DATABASE retention_test' })
  await client.close()
})

const DAY_MS = 86_400_000
const daysAgo = (days: number) => Date.now() - days * DAY_MS

async function kept(table: string): Promise<number> {
  await client.command({ query: `OPTIMIZE TABLE ${table} FINAL` })
  return await stored(table)
}

async function stored(table: string): Promise<number> {
  const result = await client.query({ query: `SELECT count() AS rows FROM ${table}`, format: 'JSONEachRow' })
  return Number((await result.json<{ rows: string }>())[0]?.rows)
}

/** The least that a row needs, of so many days ago. */
const ROWS: Readonly<Record<string, (days: number) => object>> = {
  playback_events: (days) => ({
    account_id: `${days}`,
    event_id: uuidv7(daysAgo(days)),
    server_time: dateTimeText(daysAgo(days)),
  }),
  streams: (days) => ({ stream_id: uuidv7(daysAgo(days)), version: 1, started_at: dateTimeText(daysAgo(days)) }),
  playback_minutes: (days) => ({ minute: dateTimeText(daysAgo(days)).slice(0, -4) }),
  playback_hours: (days) => ({ hour: dateTimeText(daysAgo(days)).slice(0, -4) }),
  playback_days: (days) => ({ day: dateTimeText(daysAgo(days)).slice(0, 10) }),
  track_hours: (days) => ({ hour: dateTimeText(daysAgo(days)).slice(0, -4) }),
  track_days: (days) => ({ day: dateTimeText(daysAgo(days)).slice(0, 10) }),
  ad_events: (days) => ({ impression_id: uuidv7(daysAgo(days)), server_time: dateTimeText(daysAgo(days)) }),
  late_events: (days) => ({ id: uuidv7(daysAgo(days)), arrived_at: dateTimeText(daysAgo(days)) }),
}

describe('retention', () => {
  const { days } = readEnv({}, retentionConfig)

  it.each([...days])('%s keeps %i days, and forgets what is older', async (table, keep) => {
    const row = ROWS[table]
    if (row === undefined) throw new Error(`${table} needs a row here`)
    await client.insert({ table, values: [row(keep - 2), row(keep + 2)], format: 'JSONEachRow' })
    expect(await kept(table)).toBe(1)
  })

  it('is changed by configuration, and what is there already is forgotten by it', async () => {
    const { days } = readEnv({ SEGUE_KEEP_HOURS_DAYS: '7' }, retentionConfig)
    expect(await kept('playback_hours')).toBe(1)
    await migrateClickHouse(config, days)
    expect(await kept('playback_hours')).toBe(0)
    expect(await kept('playback_days')).toBe(1)
  })

  it('forgets what is overdue without waiting for a merge, and says how much that was', async () => {
    const table = 'late_events'
    const shorter = new Map([...days, [table, 300]])
    expect(await stored(table)).toBe(1)
    // The part that is there knows nothing of it, so that no merge comes first.
    await client.command({
      query: `ALTER TABLE ${table} MODIFY TTL toDateTime(arrived_at) + toIntervalDay(300) SETTINGS materialize_ttl_after_modify = 0`,
    })
    expect(await forgetOverdue(client, shorter)).toEqual(new Map([[table, 1]]))
    expect(await stored(table)).toBe(0)
    expect(await forgetOverdue(client, shorter)).toEqual(new Map())
  })
})
