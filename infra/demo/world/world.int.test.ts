/** Owns the test of the demo's world: it fills the tables under the rights of the services, once, and only around the demo catalog. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { PLANS } from '../../../protocol/vocabulary.ts'
import { albumIdOf, artistIdOf, trackIdOf } from '../../catalog/catalog-ids.ts'
import { PEOPLE } from '../../issuer/people.ts'
import { createPool, type Pool } from '../../postgres/client.ts'
import { migratePostgres } from '../../postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../postgres/test-database.ts'
import { demoTracks } from '../demo-tracks.ts'
import { seedWorld } from './seed-world.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_world_test')
  await migratePostgres(database.url)
  pool = createPool(database.url, { applicationName: 'world-test' })
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

/** As an ingest leaves them, but for the audio. */
async function insertDemoTracks(): Promise<void> {
  for (const { album, piece, isrc, trackNumber } of demoTracks('full')) {
    const [artistId, albumId] = [artistIdOf(album.artist), albumIdOf(album.artist, album.title)]
    const hash = isrc.slice(-5).padStart(64, '0')
    await pool.query('INSERT INTO artists VALUES ($1, $2) ON CONFLICT DO NOTHING', [artistId, album.artist])
    await pool.query('INSERT INTO albums VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
      albumId,
      artistId,
      album.title,
      album.releasedOn,
    ])
    await pool.query(
      `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, track_number, duration_ms, loudness_lufs, true_peak_dbtp, gain_db,
                           source_hash, status) VALUES ($1, $2, $3, $4, $5, $6, $7, -14, -1, 0, $8, 'available')`,
      [trackIdOf(hash), albumId, artistId, piece.title, isrc, trackNumber, piece.lengthS * 1_000, hash],
    )
  }
}

const TABLES = [
  'plans',
  'plan_prices',
  'users',
  'listener_keys',
  'personal_fields',
  'subscriptions',
  'subscription_members',
  'payment_methods',
  'payments',
  'refunds',
  'works',
  'work_recordings',
  'rights_holders',
  'contracts',
  'contract_versions',
  'contract_shares',
  'contract_tracks',
  'advances',
  'accounting_months',
  'fx_rates',
  'playlists',
  'playlist_members',
  'playlist_tracks',
  'playlist_edits',
  'follows',
  'blocked_artists',
  'advertisers',
  'campaigns',
  'creatives',
  'impressions',
  'audit_log',
]

async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const table of TABLES) found[table] = (await pool.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n
  return found
}

test('where there is no demo catalog, nobody is made up', async () => {
  await seedWorld({ ...inject('stackEnv'), ...database.env })
  expect(Object.values(await counts()).every((n) => n === 0)).toBe(true)
})

test('every table has rows; a second start adds none', async () => {
  await insertDemoTracks()
  await seedWorld({ ...inject('stackEnv'), ...database.env })
  const first = await counts()
  expect(Object.entries(first).filter(([, n]) => n === 0)).toEqual([])
  expect(first).toMatchObject({ plans: PLANS.length, users: PEOPLE.length, works: demoTracks('full').length })
  await seedWorld({ ...inject('stackEnv'), ...database.env })
  expect(await counts()).toEqual(first)
})

test('every demo track is under one contract for its recording, and under one for its work', async () => {
  const { rows } = await pool.query(
    `SELECT t.title, count(*) FILTER (WHERE c.rights = 'recording')::int AS recording, count(*) FILTER (WHERE c.rights = 'composition')::int AS composition
       FROM tracks t LEFT JOIN contract_tracks c ON c.track_id = t.track_id AND c.valid @> '2026-06-01'::date GROUP BY t.title ORDER BY t.title`,
  )
  const expected = demoTracks('full').map(({ piece }) => ({
    title: piece.title,
    recording: 1,
    composition: 1,
  }))
  expect(rows).toEqual(expected.sort((a, b) => (a.title < b.title ? -1 : 1)))
})

test('who listens for free pays nothing, the others a month each time, and net and tax are what was paid', async () => {
  const { rows } = await pool.query(
    `SELECT u.account_id, count(p.*)::int AS payments, bool_and(p.net_micros + p.tax_micros = p.gross_micros AND p.net_micros > 0) AS adds
       FROM users u LEFT JOIN subscriptions s ON s.payer_id = u.user_id LEFT JOIN payments p USING (subscription_id) GROUP BY 1 ORDER BY 1`,
  )
  expect(rows).toEqual(
    PEOPLE.map(({ accountId, plan }) => ({
      account_id: accountId,
      payments: plan === 'free' ? 0 : 4,
      adds: plan === 'free' ? null : true,
    })),
  )
})
