/** Owns what ClickHouse counts of a month, by itself: from the telemetry, never from the books. */

import type { ClickHouseClient } from '../../../infra/clickhouse/client.ts'
import { COUNTABLE_MS } from '../../../protocol/vocabulary.ts'
import type { MonthSpan } from '../close/month-span.ts'

export interface Counted {
  readonly isrc: string
  readonly territory: string
  readonly tier: string
  readonly streams: number
}

const ENDED = `version >= 2 AND ms_played >= ${COUNTABLE_MS}`
const AS = { credible: 'AND empty(flags)', flagged: 'AND notEmpty(flags)', either: '' } as const
const CREDIBLE = `${ENDED} ${AS.credible}`
const IN_MONTH = `started_at >= fromUnixTimestamp64Milli({start:Int64}) AND started_at < fromUnixTimestamp64Milli({end:Int64})`
const IDS_AT_ONCE = 5_000

export class ClickHouseCounts {
  readonly #client: ClickHouseClient
  readonly #span: Pick<MonthSpan, 'startMs' | 'endMs'>

  constructor(client: ClickHouseClient, span: MonthSpan) {
    this.#client = client
    this.#span = span
  }

  ofMonth(): Promise<Counted[]> {
    const { startMs: start, endMs: end } = this.#span
    return this.#rows<Counted>(
      `SELECT isrc, country AS territory, plan AS tier, toUInt32(count()) AS streams FROM streams FINAL WHERE ${CREDIBLE} AND ${IN_MONTH} GROUP BY isrc, country, plan`,
      { start, end },
    )
  }

  /** Of streams by id, whatever month they are of. */
  async ofStreams(ids: readonly string[], as: keyof typeof AS): Promise<Counted[]> {
    const counts: Counted[] = []
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE)
      counts.push(
        ...(await this.#rows<Counted>(
          `SELECT isrc, country AS territory, plan AS tier, toUInt32(count()) AS streams FROM streams FINAL
            WHERE ${ENDED} ${AS[as]} AND stream_id IN {ids:Array(UUID)} GROUP BY isrc, country, plan`,
          { ids: ids.slice(from, from + IDS_AT_ONCE) },
        )),
      )
    return counts
  }

  async idsOf({ isrc, territory, tier }: Omit<Counted, 'streams'>): Promise<string[]> {
    const { startMs: start, endMs: end } = this.#span
    const rows = await this.#rows<{ id: string }>(
      `SELECT toString(stream_id) AS id FROM streams FINAL
        WHERE ${CREDIBLE} AND ${IN_MONTH} AND isrc = {isrc:String} AND country = {territory:String} AND plan = {tier:String} ORDER BY id`,
      { start, end, isrc, territory, tier },
    )
    return rows.map(({ id }) => id)
  }

  async #rows<Row>(query: string, query_params: Record<string, unknown>): Promise<Row[]> {
    const answer = await this.#client.query({ query, query_params, format: 'JSONEachRow' })
    return await answer.json<Row>()
  }
}
