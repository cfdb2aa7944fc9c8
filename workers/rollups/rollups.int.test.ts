import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ClickHouseClient, createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { writePlayback } from '../../infra/clickhouse/playback-writer.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { rowsOf } from '../ingest/rows.ts'
import { ended, newAccount, started } from '../testing/records.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'

let workers: readonly WorkerProcess[]
let client: ClickHouseClient

/** Two of them, as when a deployment has two processes of workers. */
beforeAll(async () => {
  const env = inject('stackEnv')
  client = createClickHouse(readEnv(env, clickhouseConfig))
  workers = await Promise.all([1, 2].map(() => startWorkers({ ...env, SEGUE_ROLLUP_INTERVAL_MS: '200' }, ['rollups'])))
  await Promise.all(workers.map((each) => each.untilReady()))
})
afterAll(async () => {
  await Promise.all(workers.map((each) => each.kill('SIGTERM')))
  await client.close()
})

async function figures(country: string): Promise<unknown> {
  const result = await client.query({
    query: `SELECT sum(streams) AS streams, sum(ended_streams) AS ended_streams, sum(ms_played) AS ms_played, uniqExactMerge(listeners) AS listeners
      FROM playback_days FINAL WHERE country = {country:String}`,
    query_params: { country },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    format: 'JSONEachRow',
  })
  return (await result.json())[0]
}

describe('the worker rollups', () => {
  it('has what was played in minute, hour and day soon after, each stream once however often it is written', async () => {
    const country = 'XA'
    const start = started(newAccount(), { country })
    await writePlayback(client, rowsOf([start]))
    await until(
      () => figures(country),
      (seen) => (seen as { streams: number }).streams === 1,
    )
    const end = ended(start.account_id, { ...start, type: 'stream-ended', ms_played: 45_000 })
    const { streams } = rowsOf([end])
    // Past the check, as two processes could in the same instant.
    for (let i = 0; i < 2; i += 1)
      await client.insert({ table: 'streams', values: [...streams], format: 'JSONEachRow' })
    await until(
      () => figures(country),
      (seen) => (seen as { ended_streams: number }).ended_streams > 0,
    )
    expect(await figures(country)).toEqual({ streams: 1, ended_streams: 1, ms_played: 45_000, listeners: 1 })
  })
})
