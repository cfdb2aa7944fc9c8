/** Owns a small month for tests of the close: two countries, plans, contracts of both sides, an advance, a minimum, currencies of 0, 2 and 3 decimals. */

import type { Pool } from '../../../infra/postgres/client.ts'
import { monthSpan } from '../close/month-span.ts'

const id = (kind: string, n: number) => `019a0000-0000-7000-8000-${kind}${String(n).padStart(12 - kind.length, '0')}`
export const HOLDERS = { label: id('a', 1), artist: id('a', 2), author: id('a', 3), publisher: id('a', 4) } as const
export const CONTRACTS = { label: id('c', 1), own: id('c', 2), works: id('c', 3) } as const
const ARTISTS = [id('b', 1), id('b', 2)] as const
const TRACKS = [1, 2, 3, 4].map((n) => ({
  track: id('d', n),
  isrc: `QMSEG260000${n}`,
  artist: ARTISTS[n % 2] as string,
}))
const LISTENERS = [
  { account: 'acct-a', country: 'DE', plan: 'individual' },
  { account: 'acct-b', country: 'DE', plan: 'individual' },
  { account: 'acct-c', country: 'DE', plan: 'free' },
  { account: 'acct-d', country: 'JP', plan: 'individual' },
  { account: 'acct-e', country: 'JP', plan: 'individual' },
] as const
const PRICES = { DE: { currency: 'EUR', micros: 10_990_000 }, JP: { currency: 'JPY', micros: 980_000_000 } } as const

/** The month before the one before this: over, whenever the test runs. */
export function monthsAgo(months: number, now = new Date()): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months)).toISOString().slice(0, 7)
}

/** A UUIDv7 of that instant, the same each time. */
export function streamId(ms: number, n: number): string {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`
}

export interface WorldStream {
  readonly id: string
  readonly account: string
  readonly isrc: string
  readonly artist: string
  readonly track: string
  readonly startedAt: Date
  readonly territory: string
  readonly tier: string
  readonly reasonStart: string
  readonly flags: readonly string[]
}

/** @param count of streams, the same each time. */
export function worldStreams(month: string, count: number, from = 0): WorldStream[] {
  const { startMs, endMs } = monthSpan(month)
  return Array.from({ length: count }, (_, index) => {
    const n = from + index
    const spread = (n * 7_919) % 1_000
    const { account, country, plan } = LISTENERS[(n * 2 + (n >> 3)) % LISTENERS.length] as (typeof LISTENERS)[number]
    const { track, isrc, artist } = TRACKS[(n * 3 + (n >> 2)) % TRACKS.length] as (typeof TRACKS)[number]
    const startedAt = new Date(startMs + Math.floor(((endMs - startMs - 1_000) * spread) / 1_000))
    const reasonStart = ['pick', 'next', 'queue'][n % 3] as string
    const flags = n % 29 === 28 ? ['claim-exceeds-elapsed'] : []
    return {
      id: streamId(startedAt.getTime(), n),
      account,
      isrc,
      artist,
      track,
      startedAt,
      territory: country,
      tier: plan,
      reasonStart,
      flags,
    }
  })
}

/** Everything but streams, and the partitions that they go into. */
export async function makeWorld(admin: Pool, months: readonly string[]): Promise<void> {
  const run = (sql: string, values: unknown[] = []) => admin.query(sql, values)
  await run(`INSERT INTO plans VALUES ('free', 'Free', 1, 1, true), ('individual', 'Individual', 1, 1, false)`)
  for (const [country, { currency, micros }] of Object.entries(PRICES)) {
    await run(`INSERT INTO plan_prices VALUES ('free', $1, '[2020-01-01,)', $2, 0, 0, 100)`, [country, currency])
    await run(`INSERT INTO plan_prices VALUES ('individual', $1, '[2020-01-01,)', $2, $3, 19, 100)`, [
      country,
      currency,
      micros,
    ])
  }
  for (const [n, artist] of ARTISTS.entries()) {
    await run('INSERT INTO artists VALUES ($1, $2)', [artist, ['Río Náutico', 'The Tide'][n]])
    await run('INSERT INTO albums VALUES ($1, $2, $3, NULL)', [id('e', n + 1), artist, 'Ebb'])
  }
  for (const [n, { track, isrc, artist }] of TRACKS.entries()) {
    await run(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
       VALUES ($1, $2, $3, $4, $5, 205500, -14, -1, 0, $6, 'available')`,
      [
        track,
        id('e', ARTISTS.indexOf(artist as (typeof ARTISTS)[number]) + 1),
        artist,
        ['Flood | Ebb', 'Low\tWater', '満潮', 'Spring'][n],
        isrc,
        String(n).repeat(64),
      ],
    )
    await run('INSERT INTO works VALUES ($1, $2, $3)', [id('f', n + 1), `Work ${n}`, n === 0 ? 'T0345246801' : null])
    await run('INSERT INTO work_recordings VALUES ($1, $2, 1, 1)', [id('f', n + 1), track])
  }
  await holders(run)
  await contracts(run)
  for (const month of months) await monthRows(run, month)
  for (const [n, { account, country, plan }] of LISTENERS.entries()) {
    await run('INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, $3)', [id('1', n), account, country])
    await run(`INSERT INTO subscriptions VALUES ($1, $2, $3, '[2020-01-01T00:00:00Z,)')`, [
      id('2', n),
      id('1', n),
      plan,
    ])
    await run(`INSERT INTO subscription_members VALUES ($1, $2, '[2020-01-01T00:00:00Z,)')`, [id('2', n), id('1', n)])
    if (plan === 'free') continue
    for (const [m, month] of months.entries()) {
      const { firstDay, nextDay } = monthSpan(month)
      const { currency, micros } = PRICES[country]
      await run(
        `INSERT INTO payments (payment_id, subscription_id, covers, currency, gross_micros, tax_micros, status, provider_reference, settled_at)
         VALUES ($1, $2, tstzrange(($3 || 'T00:00:00Z')::timestamptz, ($4 || 'T00:00:00Z')::timestamptz), $5, $6, $7, 'settled', $8, ($3 || 'T00:10:00Z')::timestamptz)`,
        [
          id('3', n * 10 + m),
          id('2', n),
          firstDay,
          nextDay,
          currency,
          micros,
          Math.floor((micros * 19) / 119),
          `pay-${n}-${m}`,
        ],
      )
    }
  }
  const { firstDay } = monthSpan(months[0] ?? '')
  await run(
    `INSERT INTO refunds (refund_id, payment_id, gross_micros, tax_micros, reason, refunded_at) VALUES ($1, $2, 5000000, 798319, 'outage', $3)`,
    [id('4', 1), id('3', 0), `${firstDay}T12:00:00Z`],
  )
}

type Run = (sql: string, values?: unknown[]) => Promise<unknown>

async function holders(run: Run): Promise<void> {
  const rows = [
    [HOLDERS.label, 'Harbour Light Records', 'label', 'EUR', 'DE-1', 'PADPIDA2026100001L'],
    [HOLDERS.artist, '山田 花子 & Łukasz Żółć', 'person', 'JPY', 'JP-1', null],
    [HOLDERS.author, 'نور Haddad', 'person', 'KWD', null, null],
    [HOLDERS.publisher, 'Lantern Street Music', 'publisher', 'EUR', 'DE-2', 'PADPIDA2026100002P'],
  ]
  for (const row of rows)
    await run(
      'INSERT INTO rights_holders (holder_id, name, kind, pay_currency, tax_reference, ddex_party_id) VALUES ($1, $2, $3, $4, $5, $6)',
      row,
    )
}

async function contracts(run: Run): Promise<void> {
  const { label, own, works } = CONTRACTS
  await run(
    `INSERT INTO contracts (contract_id, number, title, licensor_id, rights, signed_on) VALUES
     ($1, 'L-100', 'Recordings of the label', $4, 'recording', '2020-01-01'), ($2, 'L-200', 'Own recordings', $5, 'recording', '2020-01-01'),
     ($3, 'W-100', 'Works', $6, 'composition', '2020-01-01')`,
    [label, own, works, HOLDERS.label, HOLDERS.artist, HOLDERS.publisher],
  )
  await run('BEGIN')
  await run(
    `INSERT INTO contract_versions (contract_id, version, valid, is_worldwide, currency, revenue_num, revenue_den, minimum_per_stream_micros) VALUES
     ($1, 1, '[2020-01-01,)', true, 'EUR', 52, 100, 0), ($2, 1, '[2020-01-01,)', true, 'EUR', 50, 100, 250000), ($3, 1, '[2020-01-01,)', true, 'EUR', 15, 100, 0)`,
    [label, own, works],
  )
  await run(
    `INSERT INTO contract_shares VALUES ($1, 1, $4, 'label', 2, 3), ($1, 1, $5, 'artist', 1, 3), ($2, 1, $5, 'artist', 1, 1),
     ($3, 1, $6, 'author', 2, 3), ($3, 1, $7, 'publisher', 1, 3)`,
    [label, own, works, HOLDERS.label, HOLDERS.artist, HOLDERS.author, HOLDERS.publisher],
  )
  await run('COMMIT')
  await run(
    `INSERT INTO contract_tracks SELECT v.contract_id, v.version, t.track_id, c.rights, v.valid, v.territory_set
       FROM contract_versions v JOIN contracts c USING (contract_id) CROSS JOIN tracks t
      WHERE c.rights = 'composition' OR (c.contract_id = $1) = (t.isrc <> 'QMSEG2600004')`,
    [label],
  )
  await run(`INSERT INTO advances VALUES ($1, $2, $3, 'EUR', 3000000, '2020-03-02', true)`, [
    id('5', 1),
    label,
    HOLDERS.artist,
  ])
}

async function monthRows(run: Run, month: string): Promise<void> {
  const { firstDay } = monthSpan(month)
  await run('INSERT INTO accounting_months (month) VALUES ($1) ON CONFLICT DO NOTHING', [firstDay])
  await run(
    `INSERT INTO fx_rates VALUES ($1, 'EUR', 'JPY', 17050, 100, 'made up', $1), ($1, 'EUR', 'KWD', 357, 1000, 'made up', $1)`,
    [firstDay],
  )
  for (const table of ['royalty_streams', 'impressions'])
    await run('SELECT make_month_partition($1, $2)', [table, firstDay])
}

/** @param notedAt when the books had them: by default when they ended. */
export async function addStreams(admin: Pool, streams: readonly WorldStream[], notedAt?: Date): Promise<void> {
  for (const one of streams) {
    const noted = notedAt ?? new Date(one.startedAt.getTime() + 61_000)
    await admin.query(
      `INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id,
                                    device_id, reason_start, reason_end, flags, noted_at, counted_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 60000, $8, $9, $1, 'device', $10, 'completed', $11, $12, $12)`,
      [
        one.id,
        one.account,
        one.track,
        one.isrc,
        one.artist,
        one.startedAt,
        new Date(one.startedAt.getTime() + 61_000),
        one.territory,
        one.tier,
        one.reasonStart,
        one.flags,
        noted,
      ],
    )
  }
}
