/** Owns the test of playlists as listeners edit them through the gateway's role: their own, together, and nobody else's. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createPool, type Pool } from './client.ts'
import { postgresConfig } from './config.ts'
import { migratePostgres } from './migrate.ts'
import { speakAs } from './speak-as.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { ADA, BEN, insertTwoListeners, type Listener, playlistOf, TRACK_ID } from './testing/two-listeners.ts'

let database: TestDatabase
let admin: Pool
let gateway: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_social_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'social-test' })
  await insertTwoListeners(admin)
  const { url } = readEnv(database.env, (read) => postgresConfig(read, 'gateway'))
  gateway = createPool(url, { applicationName: 'social-test', maxConnections: 4 })
})
afterAll(async () => {
  await gateway?.end()
  await admin?.end()
  await database?.drop()
})

const as = (listener: Listener, sql: string, values: unknown[] = []) =>
  speakAs(gateway, { userId: listener.userId }, (client) => client.query(sql, values))

function add(listener: Listener, playlistId: string, position: string) {
  return speakAs(gateway, { userId: listener.userId }, async (client) => {
    const entry = crypto.randomUUID()
    await client.query(
      'INSERT INTO playlist_tracks (playlist_id, entry_id, track_id, position, added_by) VALUES ($1, $2, $3, $4, $5)',
      [playlistId, entry, TRACK_ID, position, listener.userId],
    )
    const { rows } = await client.query<{ revision: string }>(
      `INSERT INTO playlist_edits (playlist_id, edited_at, user_id, kind, entry_id, track_id, position)
       VALUES ($1, now(), $2, 'add', $3, $4, $5) RETURNING revision`,
      [playlistId, listener.userId, entry, TRACK_ID, position],
    )
    return Number(rows[0]?.revision)
  })
}

test('nobody edits a list of which he is no member; a member edits it once it is collaborative', async () => {
  const list = playlistOf(ADA)
  await expect(add(BEN, list, 'a')).rejects.toThrow('row-level security')
  expect((await as(BEN, 'UPDATE playlists SET title = $1', ['mine'])).rowCount).toBe(1)
  await expect(
    as(BEN, 'INSERT INTO playlist_members (playlist_id, user_id) VALUES ($1, $2)', [list, BEN.userId]),
  ).rejects.toThrow('row-level security')
  await as(ADA, 'INSERT INTO playlist_members (playlist_id, user_id) VALUES ($1, $2)', [list, BEN.userId])
  expect((await as(BEN, 'SELECT FROM playlists WHERE playlist_id = $1', [list])).rowCount).toBe(1)
  await expect(add(BEN, list, 'a')).rejects.toThrow('row-level security')
  await as(ADA, 'UPDATE playlists SET is_collaborative = true WHERE playlist_id = $1', [list])
  expect(await add(BEN, list, 'a')).toBe(2)
  expect(await add(ADA, list, 'b')).toBe(3)
})

test('edits at once have a revision each, without a gap', async () => {
  const list = playlistOf(ADA)
  const revisions = await Promise.all(Array.from({ length: 8 }, (_, n) => add(n % 2 === 0 ? ADA : BEN, list, `x${n}`)))
  expect(revisions.sort((a, b) => a - b)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
  const { rows } = await as(BEN, 'SELECT user_id FROM playlist_edits WHERE playlist_id = $1 ORDER BY revision', [list])
  expect(new Set(rows.map(({ user_id }) => user_id))).toEqual(new Set([ADA.userId, BEN.userId]))
})

test('a caller does not choose the revision, nor in whose name he edits', async () => {
  const list = playlistOf(ADA)
  const chosen = as(
    ADA,
    `INSERT INTO playlist_edits (playlist_id, revision, edited_at, user_id, kind, title) VALUES ($1, 99, now(), $2, 'rename', 'x')`,
    [list, ADA.userId],
  )
  await expect(chosen).rejects.toMatchObject({ code: '42501' })
  const forged = as(
    BEN,
    `INSERT INTO playlist_edits (playlist_id, edited_at, user_id, kind, title) VALUES ($1, now(), $2, 'rename', 'x')`,
    [list, ADA.userId],
  )
  await expect(forged).rejects.toThrow('row-level security')
})

test('a user is erased from the history, which stays as it was', async () => {
  const before = await admin.query('SELECT count(*)::int AS n FROM playlist_edits')
  await admin.query('UPDATE playlist_edits SET user_id = NULL WHERE user_id = $1', [BEN.userId])
  expect((await admin.query('SELECT count(*)::int AS n FROM playlist_edits')).rows).toEqual(before.rows)
})

test('a listener makes, shows and leaves lists of his own', async () => {
  const list = crypto.randomUUID()
  await as(BEN, `INSERT INTO playlists (playlist_id, owner_id, title) VALUES ($1, $2, 'Rain')`, [list, BEN.userId])
  expect((await as(ADA, 'SELECT FROM playlists WHERE playlist_id = $1', [list])).rowCount).toBe(0)
  await as(BEN, `UPDATE playlists SET visibility = 'public' WHERE playlist_id = $1`, [list])
  expect((await as(ADA, 'SELECT FROM playlists WHERE playlist_id = $1', [list])).rowCount).toBe(1)
  const forAda = as(BEN, `INSERT INTO playlists (playlist_id, owner_id, title) VALUES (gen_random_uuid(), $1, 'x')`, [
    ADA.userId,
  ])
  await expect(forAda).rejects.toThrow('row-level security')
  expect((await as(BEN, 'DELETE FROM playlist_members WHERE playlist_id = $1', [playlistOf(ADA)])).rowCount).toBe(1)
  expect((await as(BEN, 'SELECT FROM playlists WHERE playlist_id = $1', [playlistOf(ADA)])).rowCount).toBe(0)
})
