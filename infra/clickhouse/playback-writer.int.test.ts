import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { readEnv } from '../runtime/env.ts'
import { Secret } from '../runtime/secret.ts'
import { type ClickHouseClient, createClickHouse } from './client.ts'
import { type ClickHouseConfig, clickhouseConfig } from './config.ts'
import { migrateClickHouse } from './migrate.ts'
import { dateTimeText, type EventRow, endedVersion, STARTED_VERSION, type StreamRow } from './playback-rows.ts'
import { writePlayback, youngestEventMs } from './playback-writer.ts'
import { SILENT_EVENT } from './testing/silent-event.ts'

let config: ClickHouseConfig
let client: ClickHouseClient

beforeAll(async () => {
  const url = new URL(readEnv(inject('stackEnv'), clickhouseConfig).url.reveal())
  url.pathname = '/writer_test'
  config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  client = createClickHouse(config)
})
afterAll(async () => {
  await client.command({ query: 'DROP DATABASE writer_test' })
  await client.close()
})

function started(): StreamRow {
  const now = Date.now()
  return {
    account_id: 'ann',
    session_id: uuidv7(now),
    device_id: 'd',
    device_kind: 'web',
    plan: 'free',
    country: 'DE',
    stream_id: uuidv7(now),
    version: STARTED_VERSION,
    track_id: uuidv7(now),
    isrc: 'ZZSEG2600001',
    artist_id: uuidv7(now),
    started_at: dateTimeText(now),
    reason_start: 'pick',
    fence: 7,
  }
}
const ended = (stream: StreamRow, ms_played: number, reason_end: string): StreamRow => ({
  ...stream,
  version: endedVersion(ms_played),
  ended_at: stream.started_at,
  reason_end,
  ms_played,
  ms_claimed: ms_played,
  ms_granted: ms_played,
  position_ms: ms_played,
  flags: [],
})
const write = (...streams: StreamRow[]) => writePlayback(client, { streams, events: [] })

async function kept({ stream_id }: StreamRow): Promise<unknown[]> {
  const result = await client.query({
    query: 'SELECT version, reason_end, ms_played FROM streams FINAL WHERE stream_id = {stream_id:UUID}',
    query_params: { stream_id },
    format: 'JSONEachRow',
  })
  return result.json()
}

describe('streams', () => {
  it.each([
    ['the longer end later', [20_000, 61_000]],
    ['the longer end first', [61_000, 20_000]],
  ])('that end twice keep the longest end: %s', async (_name, [first = 0, second = 0]) => {
    for (const together of [true, false]) {
      const stream = started()
      const rows = [stream, ended(stream, first, `${first}`), ended(stream, second, `${second}`), stream]
      if (together) await write(...rows)
      else for (const row of rows) await write(row)
      expect(await kept(stream)).toEqual([{ version: 61_002, reason_end: '61000', ms_played: 61_000 }])
    }
  })

  it('that end twice after as long keep the first of the ends, and none is written in vain', async () => {
    const stream = started()
    expect(await write(ended(stream, 0, 'next'))).toEqual({ written: 1, repeated: 0 })
    expect(await write(ended(stream, 0, 'lost'), stream)).toEqual({ written: 0, repeated: 2 })
    expect(await kept(stream)).toEqual([{ version: 2, reason_end: 'next', ms_played: 0 }])
  })

  it('that ended before the length was in the version get it, and the schema may be applied again', async () => {
    const [long, open] = [started(), started()]
    const old = { ...ended(long, 40_000, 'completed'), version: 2 }
    await client.insert({ table: 'streams', values: [old, open], format: 'JSONEachRow' })
    for (let i = 0; i < 2; i++) {
      await client.command({ query: 'TRUNCATE TABLE schema_version' })
      expect(await migrateClickHouse(config)).toContain('003.stream-versions.sql')
    }
    expect(await write(ended(long, 1_000, 'lost'))).toEqual({ written: 0, repeated: 1 })
    expect(await kept(long)).toEqual([{ version: 40_002, reason_end: 'completed', ms_played: 40_000 }])
    expect(await kept(open)).toEqual([{ version: 1, reason_end: null, ms_played: null }])
  })
})

describe('events', () => {
  const event = (madeMs: number): EventRow => ({
    account_id: 'ann',
    session_id: uuidv7(madeMs),
    device_id: 'd',
    device_kind: 'web',
    plan: 'free',
    country: 'DE',
    event_id: uuidv7(madeMs),
    seq: 1,
    kind: 'position',
    event_time: dateTimeText(madeMs),
    server_time: dateTimeText(madeMs),
    stream_id: uuidv7(madeMs),
    ...SILENT_EVENT,
  })

  it('are written once: those that are new, and of the others what is neither among these nor there', async () => {
    const [one, two, three] = [event(Date.now()), event(Date.now()), event(Date.now())]
    expect(await writePlayback(client, { newEvents: [one], events: [], streams: [] })).toEqual({
      written: 1,
      repeated: 0,
    })
    expect(await writePlayback(client, { newEvents: [two], events: [two, one, three, three], streams: [] })).toEqual({
      written: 2,
      repeated: 3,
    })
    const ids = await client.query({
      query: 'SELECT toString(event_id) AS id FROM playback_events',
      format: 'JSONEachRow',
    })
    expect((await ids.json<{ id: string }>()).map(({ id }) => id).sort()).toEqual(
      [one, two, three].map(({ event_id }) => event_id).sort(),
    )
  })

  it('say which of them got its id last, but for those of clocks that are wrong by hours', async () => {
    const atMs = Date.now() + 60_000
    await writePlayback(client, { events: [event(atMs), event(atMs + 3 * 3_600_000)], streams: [] })
    expect(await youngestEventMs(client)).toBe(atMs)
  })
})
