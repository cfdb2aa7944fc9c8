import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { listCatalog } from '../catalog/catalog.ts'
import { makeOwnBuckets } from '../minio/testing/own-buckets.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { loadDemoCatalog } from './load-demo-catalog.ts'

/** Minutes of music are made and encoded here, three times over on a busy machine. */
const PATIENCE_MS = 240_000

let database: TestDatabase
let pool: Pool
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  const stackEnv = inject('stackEnv')
  database = await createTestDatabase(stackEnv, 'segue_demo_test')
  env = { ...stackEnv, ...database.env, ...(await makeOwnBuckets(stackEnv, 'demo-test')) }
  pool = createPool(database.url, { applicationName: 'demo-test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const load = async (lines: string[] = []) =>
  (await loadDemoCatalog(env, (line) => lines.push(line), { size: 'tiny' })).tracks

test('is made once, finished when it is not whole, and left out where there is other music', {
  timeout: PATIENCE_MS,
}, async () => {
  const lines: string[] = []
  expect(await load(lines)).toBe(3)
  expect(lines[0]).toBe('making the demo catalog: 3 tracks')
  expect(lines.at(-1)).toMatch(/^3 tracks, 3\.9 minutes of audio, \d+ chunks, /)

  const listing = await listCatalog(pool)
  const tracks = listing.artists.flatMap(({ albums }) => albums.flatMap((album) => album.tracks))
  expect(listing.artists.map(({ name }) => name)).toEqual(['Hedwig Sorrel', 'Nine Paper Lanterns'])
  expect(tracks.map(({ duration_ms }) => duration_ms)).toEqual([70_000, 88_000, 74_000])
  const { rows: shares } = await pool.query(
    `SELECT track_id FROM track_rights GROUP BY track_id HAVING abs(sum(share_num::float8 / share_den) - 1) < 1e-9`,
  )
  expect(shares).toHaveLength(3)

  expect(await load()).toBe(0)

  await pool.query(`UPDATE tracks SET status = 'ingesting' WHERE title = 'Dust Sheets'`)
  const again: string[] = []
  expect(await load(again)).toBe(1)
  expect(again[0]).toBe('making the demo catalog: 1 tracks')
  expect(await listCatalog(pool)).toEqual(listing)

  await pool.query(`UPDATE tracks SET isrc = 'GBEMI' || right(isrc, 7)`)
  expect(await load()).toBe(0)
})
