/**
 * Owns `segue royalties cross-check`: what ClickHouse, the streams of PostgreSQL, the ledger and the sales reports count of a month
 * is the same, to the stream and to the micro-unit, or it is told where it is not.
 */

import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { ClickHouseClient } from '../../../infra/clickhouse/client.ts'
import { type Close, closeOf, filesOf } from '../close/close-book.ts'
import type { CloseStores } from '../close/close-month.ts'
import { type Finding, refuse } from '../close/findings.ts'
import { type MonthSpan, monthSpan } from '../close/month-span.ts'
import { ClickHouseCounts, type Counted } from './clickhouse-counts.ts'
import { type DsrSummary, type DsrTotals, dsrTotals } from './dsr-totals.ts'
import {
  BY_CONTRACT,
  CONTRACT_IDS,
  COUNTED,
  COUNTED_IDS,
  ENTERED_LATE,
  FLAGGED_SINCE,
  LATE,
  OF_LINES,
  POSTED,
  RIGHTS,
} from './sql.ts'

export interface CrossChecked {
  readonly month: string
  readonly status: 'agree' | 'differ'
  /** Of each source in all. Both sides of the rights are paid for the same streams. */
  readonly streams: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}

interface Sources extends CloseStores {
  readonly clickhouse: ClickHouseClient
}

const SHOWN = 50
const SIDES = ['recording', 'composition'] as const

export async function crossCheck(sources: Sources, month: string): Promise<CrossChecked> {
  const span = monthSpan(month)
  const close = await closeOf(sources.pool, span.firstDay)
  if (close === undefined) throw refuse('not-closed', `${month} was not closed`)
  const findings: Finding[] = []
  const telemetry = new ClickHouseCounts(sources.clickhouse, span)
  const reports = await reportsOf(sources, span, findings)
  const counts = new Map<string, Map<string, number>>([
    ['ClickHouse', await ofTelemetry(sources, telemetry, span, close)],
    ['PostgreSQL', sum((await sources.pool.query<Counted>(COUNTED, [span.firstDay, close.streamsUntil])).rows)],
    ...(await ofLedger(sources, span)),
    ...(await ofReports(sources, reports)),
  ])
  findings.push(...(await differences(sources, telemetry, span, close, counts)))
  findings.push(...(await moneyDifferences(sources, span, close, reports)))
  const totals = [...counts].map(([name, ofKey]) => [name, [...ofKey.values()].reduce((all, one) => all + one, 0)])
  return {
    month,
    status: findings.length === 0 ? 'agree' : 'differ',
    streams: Object.fromEntries(totals),
    findings,
  }
}

const keyOf = ({ isrc, territory, tier }: Omit<Counted, 'streams'>): string => [isrc, territory, tier].join('\t')

function sum(rows: readonly Counted[], sums = new Map<string, number>(), sign = 1): Map<string, number> {
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + sign * row.streams)
  return sums
}

/**
 * What came too late for the month is of a later one, and what came too late for an earlier one is of this. What was paid stays paid:
 * a longer end of it that is flagged, and came after the close, is looked for as flagged.
 */
async function ofTelemetry(
  { pool }: Sources,
  telemetry: ClickHouseCounts,
  { firstDay }: MonthSpan,
  { streamsUntil }: Close,
): Promise<Map<string, number>> {
  const ids = async (sql: string, ...values: unknown[]) =>
    (await pool.query<{ id: string }>(sql, values)).rows.map(({ id }) => id)
  const sums = sum(await telemetry.ofMonth())
  sum(await telemetry.ofStreams(await ids(LATE, firstDay, streamsUntil), 'credible'), sums, -1)
  sum(await telemetry.ofStreams(await ids(FLAGGED_SINCE, firstDay, streamsUntil), 'flagged'), sums)
  return sum(await telemetry.ofStreams(await ids(ENTERED_LATE, firstDay), 'either'), sums)
}

async function ofLedger({ pool }: Sources, { firstDay }: MonthSpan): Promise<[string, Map<string, number>][]> {
  const { rows } = await pool.query<Counted & { rights: string }>(OF_LINES, [firstDay])
  return SIDES.map((side) => [`ledger, ${side}s`, sum(rows.filter(({ rights }) => rights === side))])
}

/** The reports as they lie in the store. */
async function reportsOf(
  { pool, reports }: Sources,
  { firstDay }: MonthSpan,
  findings: Finding[],
): Promise<DsrTotals[]> {
  const totals: DsrTotals[] = []
  for (const { objectKey, kind, contentHash } of (await filesOf(pool, firstDay)).values()) {
    if (kind !== 'dsr') continue
    const object = await reports.get(objectKey)
    if (object === undefined) {
      findings.push({ name: 'object-missing', what: `${objectKey} is not in the store` })
      continue
    }
    const bytes = await buffer(object)
    const hash = createHash('sha256').update(bytes).digest('hex')
    if (hash !== contentHash)
      findings.push({ name: 'object-differs', what: `${objectKey} has the hash ${hash}, and had ${contentHash}` })
    totals.push(dsrTotals(bytes.toString()))
  }
  return totals
}

async function ofReports({ pool }: Sources, reports: readonly DsrTotals[]): Promise<[string, Map<string, number>][]> {
  const { rows: contracts } = await pool.query<{ number: string; rights: string }>(RIGHTS)
  const rightsOf = new Map(contracts.map(({ number, rights }) => [number, rights]))
  const tracks = reports.flatMap((one) => one.tracks)
  const { rows } = await pool.query<{ trackId: string; isrc: string }>(
    'SELECT track_id::text AS "trackId", isrc FROM tracks WHERE track_id = ANY ($1::uuid[])',
    [[...new Set(tracks.map(({ trackId }) => trackId))]],
  )
  const isrcOf = new Map(rows.map(({ trackId, isrc }) => [trackId, isrc]))
  return SIDES.map((side) => [
    `reports, ${side}s`,
    sum(
      tracks
        .filter(({ contract }) => rightsOf.get(contract) === side)
        .map(({ trackId, ...one }) => ({ ...one, isrc: isrcOf.get(trackId) ?? trackId })),
    ),
  ])
}

async function differences(
  { pool }: Sources,
  telemetry: ClickHouseCounts,
  { firstDay }: MonthSpan,
  { streamsUntil }: Close,
  counts: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Promise<Finding[]> {
  const keys = [...new Set([...counts.values()].flatMap((ofKey) => [...ofKey.keys()]))].sort()
  const odd = keys.filter((key) => new Set([...counts.values()].map((ofKey) => ofKey.get(key) ?? 0)).size > 1)
  const findings: Finding[] = []
  for (const key of odd.slice(0, SHOWN)) {
    const [isrc = '', territory = '', tier = ''] = key.split('\t')
    const told = [...counts].map(([name, ofKey]) => `${name} ${ofKey.get(key) ?? 0}`).join(', ')
    const inBooks = (await pool.query<{ id: string }>(COUNTED_IDS, [firstDay, streamsUntil, isrc, territory, tier]))
      .rows
    const books = inBooks.map(({ id }) => id)
    const heard = await telemetry.idsOf({ isrc, territory, tier })
    const apart = [...books.filter((id) => !heard.includes(id)), ...heard.filter((id) => !books.includes(id))]
    const streams = (apart.length > 0 ? apart : books).slice(0, SHOWN)
    findings.push({ name: 'streams-differ', what: `${isrc} in ${territory}, ${tier}: ${told}`, streams })
  }
  if (odd.length > SHOWN) findings.push({ name: 'streams-differ', what: `${odd.length - SHOWN} more places differ` })
  return findings
}

async function moneyDifferences(
  { pool }: Sources,
  { firstDay }: MonthSpan,
  { streamsUntil }: Close,
  reports: readonly DsrTotals[],
): Promise<Finding[]> {
  interface Posted extends Omit<Counted, 'streams'> {
    readonly rights: string
    readonly currency: string
    readonly line: string
    readonly posted: string
  }
  const { rows: posted } = await pool.query<Posted>(POSTED, [firstDay])
  const findings: Finding[] = []
  const differs = async (what: string, sql: string, ...where: readonly string[]) => {
    const { rows } = await pool.query<{ id: string }>(`${sql} LIMIT ${SHOWN}`, [firstDay, streamsUntil, ...where])
    findings.push({ name: 'money-differs', what, streams: rows.map(({ id }) => id) })
  }
  for (const { rights, isrc, territory, tier, currency, line, posted: booked } of posted) {
    const what = `of the ${rights} ${isrc} in ${territory}, ${tier} the lines say ${line} millionths of ${currency}, the ledger ${booked}`
    await differs(what, COUNTED_IDS, isrc, territory, tier)
  }
  interface OfContract extends Pick<DsrSummary, 'contract' | 'territory' | 'tier' | 'kind'> {
    readonly micros: string
  }
  const { rows } = await pool.query<OfContract>(BY_CONTRACT, [firstDay])
  const placeOf = ({ contract, territory, tier, kind }: Omit<OfContract, 'micros'>) =>
    JSON.stringify([kind, contract, territory, tier])
  const inLedger = new Map(rows.map((row) => [placeOf(row), BigInt(row.micros)]))
  const reported = new Map<string, bigint>()
  for (const { micros, ...where } of reports.flatMap((one) => one.summaries)) {
    const key = placeOf(where)
    reported.set(key, (reported.get(key) ?? 0n) + micros)
  }
  for (const key of [...new Set([...inLedger.keys(), ...reported.keys()])].sort()) {
    const [ledger, report] = [inLedger.get(key) ?? 0n, reported.get(key) ?? 0n]
    if (ledger === report) continue
    const [kind, contract = '', territory = '', tier = ''] = JSON.parse(key) as string[]
    const what = `${kind} of ${[contract, territory, tier].join(', ')}: the ledger has ${ledger} millionths, the reports ${report}`
    await differs(what, CONTRACT_IDS, contract, territory, tier)
  }
  return findings
}
