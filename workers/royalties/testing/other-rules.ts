/**
 * Owns a second month of the small world that is reckoned by rules of its own: recordings user-centric, and no loop is believed; works
 * artist-centric, of tracks that were heard often enough in twelve months. And what the slow implementation says of it.
 */

import type { Pool } from '../../../infra/postgres/client.ts'
import { monthSpan } from '../close/month-span.ts'
import { CONTRACTS, streamId, type WorldStream, worldStreams } from './close-world.ts'
import { MONTH, NEXT, STREAMS } from './closing-world.ts'
import { slowRoyalties } from './slow-royalties.ts'

const DAY_MS = 86_400_000
const LOOP = 12
export const LOOPED = 'QMSEG2600001'
/** It is heard just often enough. */
export const OFTEN = 'QMSEG2600002'
const BOUNDS = { cap: 15, boostStreams: 30, boostListeners: 3 } as const

export const counted = (some: readonly WorldStream[]) => some.filter(({ flags }) => flags.length === 0)

/** Entered after the month that they are of was closed. */
export const LATE = worldStreams(MONTH, 7, 2_000)
const usual = worldStreams(NEXT, 120, 1_000)
/** On one day, by one listener, of one track. */
export const loop = repeated(LOOPED, LOOP, (n) => 4 * DAY_MS + n * 90_000, 3_000)
export const OF_NEXT = [...usual, ...loop, ...repeated(OFTEN, 8, (n) => (10 + n) * DAY_MS, 3_100)]

function repeated(isrc: string, count: number, sinceMs: (n: number) => number, from: number): WorldStream[] {
  const one = counted(usual).find((stream) => stream.isrc === isrc && stream.tier !== 'free')
  if (one === undefined) throw new Error(`nobody who pays hears ${isrc}`)
  return Array.from({ length: count }, (_, n) => {
    const ms = monthSpan(NEXT).startMs + sinceMs(n)
    return { ...one, id: streamId(ms, from + n), startedAt: new Date(ms), flags: [] }
  })
}

/** In all the months that there are: they are of one year. */
const heard = (isrc: string) =>
  counted([...worldStreams(MONTH, STREAMS), ...LATE, ...OF_NEXT]).filter((one) => one.isrc === isrc).length
export const isOften = ({ isrc }: Pick<WorldStream, 'isrc'>) => heard(isrc) >= heard(OFTEN)

const dayOf = ({ startedAt }: WorldStream) => startedAt.toISOString().slice(0, 10)
export const isOfBot = (stream: WorldStream) => stream.account === loop[0]?.account && dayOf(stream) === dayOf(loop[0])
export const isLooped = (stream: WorldStream) => isOfBot(stream) && stream.isrc === LOOPED

export async function enterOtherRules(admin: Pool): Promise<void> {
  const { firstDay } = monthSpan(NEXT)
  await admin.query(`UPDATE royalty_terms SET valid = daterange(lower(valid), $1::date)`, [firstDay])
  await admin.query(
    `INSERT INTO royalty_terms (rights, valid, model, pool_num, pool_den, credibility)
     VALUES ('recording', daterange($1::date, NULL), 'user-centric', 52, 100, $2)`,
    [firstDay, JSON.stringify([{ reason: 'looped', limit: LOOP - 1, num: 0, den: 1 }])],
  )
  await admin.query(
    `INSERT INTO royalty_terms (rights, valid, model, pool_num, pool_den, eligible_streams, eligible_listeners, listener_cap,
                                artist_boost_streams, artist_boost_listeners, credibility)
     VALUES ('composition', daterange($1::date, NULL), 'artist-centric', 15, 100, $2, 3, $3, $4, $5, $6)`,
    [
      firstDay,
      heard(OFTEN),
      BOUNDS.cap,
      BOUNDS.boostStreams,
      BOUNDS.boostListeners,
      // A stream of the world is a minute. It is told, and takes nothing away.
      JSON.stringify([{ reason: 'bot', limit: LOOP - 1, num: 1, den: 1 }]),
    ],
  )
  // One part of the revenue for all recordings, as the slow implementation knows it.
  await admin.query('SET session_replication_role = replica')
  await admin.query('UPDATE contract_versions SET revenue_num = 52 WHERE contract_id = $1', [CONTRACTS.own])
  await admin.query('RESET session_replication_role')
}

interface Side {
  readonly rights: 'recording' | 'composition'
  readonly model: 'user-centric' | 'artist-centric'
  /** In hundredths. */
  readonly share: bigint
}

/** What was paid in the month, and to whom the rights belong, as they stand in the books. @returns lines that are not of zero, sorted. */
export async function slowLines(
  admin: Pool,
  { rights, model, share }: Side,
  streams: readonly WorldStream[],
): Promise<string[]> {
  const { rows: paid } = await admin.query<{ account: string; micros: string }>(
    `SELECT u.account_id AS account, p.net_micros::text AS micros
       FROM payments p JOIN subscriptions s USING (subscription_id) JOIN users u ON u.user_id = s.payer_id
      WHERE lower(p.covers) = $1::date::timestamp AT TIME ZONE 'UTC'`,
    [monthSpan(NEXT).firstDay],
  )
  const { rows: shares } = await admin.query<{ isrc: string; holder_id: string; num: number; den: number }>(
    `SELECT t.isrc, s.holder_id, s.share_num AS num, s.share_den AS den
       FROM contract_tracks c JOIN tracks t USING (track_id) JOIN contract_shares s USING (contract_id, version) WHERE c.rights = $1`,
    [rights],
  )
  const listeners = new Map(counted([...OF_NEXT, ...LATE]).map((one) => [one.account, one]))
  const rows = {
    streams: streams.map((one) => ({
      stream_id: one.id,
      listener_id: one.account,
      isrc: one.isrc,
      artist_id: one.artist,
      // What came too late is entered as of now.
      started_at: `${NEXT}-01T00:00:00Z`,
      ms_played: 60_000,
      territory: one.territory,
      tier: one.tier,
      discovery: one.reasonStart === 'pick' ? ('search' as const) : ('algorithm' as const),
    })),
    listeners: [...listeners].map(([account, { territory, tier }]) => ({
      listener_id: account,
      territory,
      tier,
      currency: territory === 'DE' ? 'EUR' : 'JPY',
      net_revenue_micros: BigInt(paid.find((one) => one.account === account)?.micros ?? 0),
    })),
    splits: shares.map(({ isrc, holder_id, num, den }) => ({
      isrc,
      holder_id,
      share_num: BigInt(num),
      share_den: BigInt(den),
    })),
  }
  const lines = slowRoyalties(rows, { month: NEXT, model, poolShare: { n: share, d: 100n }, ...BOUNDS })
  return lines.filter((line) => !line.endsWith(',0')).sort()
}

/** What the close made of it, as the slow implementation writes it. */
export async function closedLines(admin: Pool, { rights, model }: Omit<Side, 'share'>): Promise<string[]> {
  const { rows } = await admin.query<{ line: string }>(
    `SELECT concat_ws(',', l.territory, l.tier, l.currency, coalesce(l.isrc, 'UNALLOCATED'), coalesce(l.holder_id::text, 'UNALLOCATED'), l.amount_micros) AS line
       FROM royalty_lines l JOIN royalty_runs r USING (run_id)
      WHERE r.month = $1 AND r.model = $2 AND l.rights = $3 AND l.kind = 'share' AND l.amount_micros > 0`,
    [monthSpan(NEXT).firstDay, model, rights],
  )
  return rows.map(({ line }) => line).sort()
}
