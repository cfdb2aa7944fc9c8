/** Owns the test of the forecast of churn on a real ClickHouse: what it sees, what its outcome sees, and that it is ahead of recency. */

import { expect, inject, test } from 'vitest'
import type { ClickHouseClient } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import type { StreamRow } from '../../infra/clickhouse/playback-rows.ts'
import { dateTimeText } from '../../infra/clickhouse/playback-rows.ts'
import { withScratchDatabase } from '../../infra/clickhouse/scratch-database.ts'
import { heard } from '../../infra/questions/fixtures/fixture.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { compare } from './comparison.ts'
import { type Forecast, forecastAtMs, forecastsAt, forecastsOf, putStreams } from './forecasts.ts'
import { makeListeners } from './listeners.ts'
import { THRESHOLDS } from './thresholds.ts'

/** None that the weights were fitted on. */
const SEED = 17
const LISTENERS = 200
const DAY_MS = 86_400_000
const SECOND_MS = 1_000
const NOW_MS = Date.now()
const AT_MS = forecastAtMs(NOW_MS)

const inScratch = (work: (client: ClickHouseClient) => Promise<void>) =>
  withScratchDatabase(readEnv(inject('stackEnv'), clickhouseConfig), 'churn_test', work)

const byAccount = (forecasts: readonly Forecast[]) => new Map(forecasts.map((one) => [one.account, one]))

test('what was seen before the moment forecasts who is gone after it, better than how long nobody was heard', async () => {
  await inScratch(async (client) => {
    const forecasts = await forecastsOf(client, SEED, LISTENERS, NOW_MS)
    const churned = forecasts.filter((one) => one.churned).length
    expect(forecasts.length).toBeGreaterThan(LISTENERS / 2)
    expect(churned).toBeGreaterThan(20)
    const [risk, recency] = compare(forecasts, THRESHOLDS)
    expect(risk?.prAuc ?? 0).toBeGreaterThan((recency?.prAuc ?? 1) + 0.1)
    // By chance it would be the part of those who churned.
    expect(recency?.prAuc ?? 0).toBeGreaterThan(churned / forecasts.length)

    // Nothing of the forecast is of what came after, and nothing of the outcome is of what was before.
    const rows = makeListeners(SEED, LISTENERS, AT_MS)
    const isBefore = ({ started_at }: StreamRow) => started_at < dateTimeText(AT_MS)
    await putStreams(client, rows.filter(isBefore))
    const seen = ({ account, risk: score, features }: Forecast) => ({ account, score, features })
    const withoutAfter = await forecastsAt(client, AT_MS, NOW_MS)
    expect(withoutAfter.map(seen)).toEqual(forecasts.map(seen))
    expect(withoutAfter.every((one) => one.churned)).toBe(true)
    const known = forecasts.map(({ account }) => heard(account, AT_MS - 5 * DAY_MS, 60))
    await putStreams(client, [...known, ...rows.filter((row) => !isBefore(row))])
    const became = byAccount(await forecastsAt(client, AT_MS, NOW_MS))
    for (const { account, churned: label } of forecasts)
      expect([account, became.get(account)?.churned]).toEqual([account, label])
  })
})

test('the forecast ends right before its moment, the outcome begins with it and ends with the thirtieth day', async () => {
  const before = AT_MS - DAY_MS
  const edge: Readonly<
    Record<string, { readonly at: readonly number[]; readonly churned?: boolean; readonly silent?: number }>
  > = {
    'the last second before': { at: [AT_MS - SECOND_MS], churned: true, silent: 0 },
    'the moment itself': { at: [before, AT_MS], churned: false, silent: 1 },
    'the last second of the thirty days': { at: [before, AT_MS + 30 * DAY_MS - SECOND_MS], churned: false, silent: 1 },
    'after the thirty days': { at: [before, AT_MS + 30 * DAY_MS], churned: true, silent: 1 },
    'the first second of the four weeks': { at: [AT_MS - 28 * DAY_MS + SECOND_MS], churned: true, silent: 28 },
    'before the four weeks': { at: [AT_MS - 28 * DAY_MS] },
    'after the moment alone': { at: [AT_MS] },
  }
  await inScratch(async (client) => {
    await putStreams(
      client,
      Object.entries(edge).flatMap(([account, { at }]) => at.map((ms) => heard(account, ms, 60))),
    )
    const found = byAccount(await forecastsAt(client, AT_MS, NOW_MS))
    for (const [account, { churned, silent }] of Object.entries(edge)) {
      const forecast = found.get(account)
      expect([account, forecast?.churned, forecast?.features[0]]).toEqual([account, churned, silent])
    }
  })
})
