/** Owns two listeners with rows of their own in every table that has rows of listeners: what one has, the other must not see. */

import type { Pool } from '../client.ts'

const id = (kind: number, n: number): string =>
  `019a0000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`

export const ARTIST_ID = id(6, 1)
const ALBUM_ID = id(7, 1)
export const TRACK_ID = id(8, 1)

/** Of a private playlist that he owns alone. */
export const playlistOf = (listener: Listener): string => id(9, listener === ADA ? 1 : 2)

export interface Listener {
  readonly userId: string
  readonly account: string
}

/** No accounts of the demo, which may be made beside them. */
export const ADA: Listener = { userId: id(1, 1), account: 'acct-ada' }
export const BEN: Listener = { userId: id(1, 2), account: 'acct-ben' }

/** Written as the admin, whom no policy holds. */
export async function insertTwoListeners(admin: Pool): Promise<void> {
  await admin.query(`INSERT INTO plans VALUES ('individual', 'Individual', 1, 1, false) ON CONFLICT DO NOTHING`)
  await admin.query(`INSERT INTO artists VALUES ($1, 'The Tide')`, [ARTIST_ID])
  await admin.query(`INSERT INTO albums VALUES ($1, $2, 'Ebb', NULL)`, [ALBUM_ID, ARTIST_ID])
  await admin.query(
    `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash)
     VALUES ($1, $2, $3, 'Flood', 'ZZSEG2600001', 60000, -14, -1, 0, repeat('a', 64))`,
    [TRACK_ID, ALBUM_ID, ARTIST_ID],
  )
  await admin.query(`INSERT INTO advertisers VALUES ($1, 'Tea', 'DE', 'EUR')`, [id(10, 1)])
  await admin.query(
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, runs, currency, budget_micros, cost_per_mille_micros, territories)
     VALUES ($1, $2, 'Mornings', '[2026-01-01T00:00:00Z,2027-01-01T00:00:00Z)', 'EUR', 1000000000, 4000000, '{DE}')`,
    [id(11, 1), id(10, 1)],
  )
  await admin.query(
    `INSERT INTO creatives (creative_id, campaign_id, title, duration_ms, language) VALUES ($1, $2, 'Kettle', 15000, 'en')`,
    [id(12, 1), id(11, 1)],
  )
  for (const [index, listener] of [ADA, BEN].entries()) await insertListener(admin, listener, index + 1)
}

async function insertListener(admin: Pool, { userId, account }: Listener, n: number): Promise<void> {
  const period = '[2026-01-01T00:00:00Z,)'
  await admin.query('INSERT INTO users (user_id, account_id, country) VALUES ($1, $2, $3)', [userId, account, 'DE'])
  await admin.query(`INSERT INTO subscriptions VALUES ($1, $2, 'individual', $3)`, [id(2, n), userId, period])
  await admin.query('INSERT INTO subscription_members VALUES ($1, $2, $3)', [id(2, n), userId, period])
  await admin.query(
    `INSERT INTO payment_methods (method_id, user_id, provider, kind) VALUES ($1, $2, 'demopay', 'card')`,
    [id(3, n), userId],
  )
  await admin.query(
    `INSERT INTO payments (payment_id, subscription_id, method_id, covers, currency, gross_micros, tax_micros, status,
                           provider_reference, settled_at)
     VALUES ($1, $2, $3, '[2026-01-01T00:00:00Z,2026-02-01T00:00:00Z)', 'EUR', 10990000, 1754706, 'settled', $4, now())`,
    [id(4, n), id(2, n), id(3, n), `pay_of_${account}`],
  )
  await admin.query(
    `INSERT INTO refunds (refund_id, payment_id, gross_micros, tax_micros, reason) VALUES ($1, $2, 1000000, 159664, 'asked')`,
    [id(5, n), id(4, n)],
  )
  await insertPlaylist(admin, { userId, account }, n)
  const other = id(1, 3 - n)
  if (n === 2) {
    await admin.query('INSERT INTO follows (user_id, followed_id) VALUES ($1, $2), ($2, $1)', [userId, other])
  }
  await admin.query('INSERT INTO follows (user_id, artist_id) VALUES ($1, $2)', [userId, ARTIST_ID])
  await admin.query('INSERT INTO blocked_artists (user_id, artist_id) VALUES ($1, $2)', [userId, ARTIST_ID])
  await admin.query('INSERT INTO dismissed_tracks (user_id, track_id) VALUES ($1, $2)', [userId, TRACK_ID])
  await admin.query(
    `INSERT INTO impressions (impression_id, campaign_id, creative_id, user_id, session_id, served_at, territory, plan,
                              device_kind, audible_ms, quartile, currency, cost_micros)
     VALUES ($1, $2, $3, $4, $1, now(), 'DE', 'free', 'web', 15000, 4, 'EUR', 4000)`,
    [id(13, n), id(11, 1), id(12, 1), userId],
  )
}

async function insertPlaylist(admin: Pool, { userId, account }: Listener, n: number): Promise<void> {
  await admin.query('INSERT INTO playlists (playlist_id, owner_id, title) VALUES ($1, $2, $3)', [
    id(9, n),
    userId,
    account,
  ])
  await admin.query('INSERT INTO playlist_members (playlist_id, user_id) VALUES ($1, $2)', [id(9, n), userId])
  await admin.query(
    `INSERT INTO playlist_tracks (playlist_id, entry_id, track_id, position, added_by) VALUES ($1, $2, $3, 'V', $4)`,
    [id(9, n), id(14, n), TRACK_ID, userId],
  )
  await admin.query(
    `INSERT INTO playlist_edits (playlist_id, edited_at, user_id, kind, title) VALUES ($1, now(), $2, 'create', $3)`,
    [id(9, n), userId, account],
  )
}
