import { copyFile, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, inject, test, vi } from 'vitest'
import { makeTone } from '../ffmpeg/test-tone.ts'
import { makeSilence, sayLength } from '../ffmpeg/testing/hostile-files.ts'
import { createMinioClient, type MinioClient } from '../minio/client.ts'
import { bucketNames, minioConfig } from '../minio/config.ts'
import { chunkKey, initKey } from '../minio/keys.ts'
import { makeOwnBuckets } from '../minio/testing/own-buckets.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { readEnv } from '../runtime/env.ts'
import { type AudioStore, createAudioStore } from './audio-store.ts'
import { listCatalog } from './catalog.ts'
import { ingestFolder, type Outcome } from './ingest.ts'
import { createPlayableTracks } from './playable-tracks.ts'

const CATALOG = ['renditions', 'track_rights', 'tracks', 'albums', 'artists', 'rights_holders']

const LONGEST = { ms: 60_000, remedy: 'cut it' }

let database: TestDatabase
let pool: Pool
/** As whoever may look at what came. */
let minio: MinioClient
let bucket: string
let store: AudioStore
let puts: string[]
let folder: string

beforeAll(async () => {
  const stack = inject('stackEnv')
  const env = { ...stack, ...(await makeOwnBuckets(stack, 'ingest-test')) }
  const config = readEnv(env, (read) => ({
    catalog: minioConfig(read, 'catalog'),
    reader: minioConfig(read, 'reader'),
    buckets: bucketNames(read),
  }))
  database = await createTestDatabase(env, 'segue_ingest_test')
  expect((await migratePostgres(database.url)).applied).toBeGreaterThan(0)
  expect((await migratePostgres(database.url)).applied).toBe(0)
  pool = createPool(database.url, { applicationName: 'ingest-test' })
  minio = createMinioClient(config.reader)
  bucket = config.buckets.audio
  const real = createAudioStore(createMinioClient(config.catalog), bucket)
  store = {
    put: (trackId, renditions, signal) => {
      puts.push(trackId)
      return real.put(trackId, renditions, signal)
    },
  }
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

beforeEach(async () => {
  puts = []
  folder = await mkdtemp(join(tmpdir(), 'segue-ingest-test-'))
  // Not emptied with all that refers to them: books are among that, and they are kept.
  for (const table of CATALOG) await pool.query(`DELETE FROM ${table}`)
  return () => rm(folder, { recursive: true, force: true })
})

const tone = (name: string, hz: number, tags: Record<string, string>, output: string[] = []) =>
  makeTone(join(folder, name), { source: `sine=f=${hz}:d=9:r=44100`, tags, output })

const ingest = (audioStore = store, signal = new AbortController().signal) =>
  ingestFolder({ pool, store: audioStore }, { folder, concurrency: 2, longest: LONGEST, signal })

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind)

const statuses = async () => {
  const { rows } = await pool.query<{ title: string; status: string }>(
    'SELECT title, status FROM tracks ORDER BY title',
  )
  return Object.fromEntries(rows.map(({ title, status }) => [title, status]))
}

test('each of the four formats is taken, with its tags, and every object of it is in the store', async () => {
  const tags = (title: string, isrc: string) => ({
    title,
    artist: 'Ann',
    album: 'Album',
    composer: 'Bo',
    date: '2007',
    isrc,
  })
  await tone('1.flac', 300, { ...tags('Flac', 'GBEMI0300001'), track: '1' })
  await tone('2.MP3', 400, { ...tags('Mp3', 'GB-EMI-03-00002'), track: '2/4' }, ['-f', 'mp3'])
  await tone('3.ogg', 500, { ...tags('Ogg', 'GBEMI0300003'), TRACKNUMBER: '3' }, ['-c:a', 'libvorbis'])
  await tone('4.wav', 600, { ...tags('Wav', ''), track: '4' })

  expect(kinds(await ingest())).toEqual(['ingested', 'ingested', 'ingested', 'ingested'])

  const { artists } = await listCatalog(pool)
  expect(artists.map(({ name }) => name)).toEqual(['Ann'])
  const [album] = artists[0]?.albums ?? []
  expect(album).toMatchObject({ title: 'Album', released_on: '2007-01-01' })
  expect(album?.tracks.map(({ title, track_number }) => [title, track_number])).toEqual([
    ['Flac', 1],
    ['Mp3', 2],
    ['Ogg', 3],
    ['Wav', 4],
  ])
  expect(album?.tracks.map(({ isrc }) => isrc).slice(0, 3)).toEqual(['GBEMI0300001', 'GBEMI0300002', 'GBEMI0300003'])
  expect(album?.tracks[3]?.isrc).toMatch(/^XXSEG07[0-9]{5}$/)

  for (const { track_id, duration_ms } of album?.tracks ?? []) {
    expect(Math.abs(duration_ms - 9_000)).toBeLessThan(60)
    const track = await createPlayableTracks(pool).findTrack(track_id)
    if (track === undefined || track === 'withdrawn') throw new Error('the track cannot be played')
    expect(track.renditions.map(({ bitrate_kbps }) => bitrate_kbps)).toEqual([96, 160, 320])
    for (const { bitrate_kbps, chunk_count } of track.renditions) {
      expect(chunk_count).toBe(3)
      const keys = Array.from({ length: chunk_count }, (_, index) => chunkKey(track_id, bitrate_kbps, index))
      for (const key of [initKey(track_id, bitrate_kbps), ...keys]) {
        expect((await minio.statObject(bucket, key)).metaData).toMatchObject({ 'content-type': 'audio/mp4' })
      }
    }
  }
  const { rows } = await pool.query(
    `SELECT h.name, r.share_num, r.share_den, count(*)::int AS tracks
       FROM track_rights r JOIN rights_holders h USING (holder_id) GROUP BY 1, 2, 3 ORDER BY 1, 2`,
  )
  // RIFF has no field for a composer, so the WAV file names none.
  expect(rows).toEqual([
    { name: 'Ann', share_num: 1, share_den: 1, tracks: 1 },
    { name: 'Ann', share_num: 4, share_den: 5, tracks: 3 },
    { name: 'Bo', share_num: 1, share_den: 5, tracks: 3 },
  ])
})

test('a broken file is reported and skipped, and the rest goes on', async () => {
  await tone('1 whole.flac', 300, { title: 'Whole' })
  await copyFile(join(folder, '1 whole.flac'), join(folder, '2 half.flac'))
  await truncate(join(folder, '2 half.flac'), 60_000)
  await writeFile(join(folder, '3 text.mp3'), 'this is no music\n'.repeat(500))
  await writeFile(join(folder, '4 empty.ogg'), '')
  await mkdir(join(folder, '5 sub'))
  await tone('5 sub/deep.wav', 500, { title: 'Deep' })
  await writeFile(join(folder, 'cover.jpg'), 'not asked for')

  const outcomes = await ingest()

  expect(kinds(outcomes)).toEqual(['ingested', 'failed', 'failed', 'failed', 'ingested'])
  expect(outcomes[1]).toMatchObject({
    file: join(folder, '2 half.flac'),
    reason: expect.stringMatching(/^damaged: only/),
  })
  for (const outcome of outcomes) if (outcome.kind === 'failed') expect(outcome.reason).not.toBe('')
  expect(await statuses()).toEqual({ Whole: 'available', Deep: 'available' })
})

test('a file that unfolds to much more than it looks like is refused by its length within seconds, whatever its header says, and nothing of it is left anywhere', async () => {
  await makeSilence(join(folder, '1 honest.flac'), 1_800)
  for (const [name, seconds] of Object.entries({ '2 short.flac': 5, '3 silent.flac': 0 })) {
    await makeSilence(join(folder, name), 1_800 + seconds)
    await sayLength(join(folder, name), seconds)
  }
  const temporary = await mkdtemp(join(folder, 'temporary-'))
  vi.stubEnv('TMPDIR', temporary)
  const began = performance.now()
  const outcomes = await ingest().finally(() => vi.unstubAllEnvs())

  expect(performance.now() - began).toBeLessThan(20_000)
  const reason = (why: string) => `too long: 60 s are taken at the most, and ${why}; cut it`
  expect(outcomes.map((outcome) => outcome.kind === 'failed' && outcome.reason)).toEqual([
    reason('it says 30 minutes of itself'),
    reason('there is more in it, whatever it says of itself'),
    reason('there is more in it, whatever it says of itself'),
  ])
  expect(await statuses()).toEqual({})
  expect(puts).toEqual([])
  expect(await readdir(temporary)).toEqual([])
})

test('a second run uploads nothing and changes nothing, and a copy of a file is no second track', async () => {
  await tone('a.flac', 300, { title: 'One' })
  await copyFile(join(folder, 'a.flac'), join(folder, 'b.flac'))
  expect(kinds(await ingest()).toSorted()).toEqual(['ingested', 'present'])
  const before = await pool.query('SELECT * FROM tracks')
  puts = []

  expect(kinds(await ingest())).toEqual(['present', 'present'])

  expect(puts).toEqual([])
  expect((await pool.query('SELECT * FROM tracks')).rows).toEqual(before.rows)
})

test('an interrupted ingest leaves no playable half track, and a rerun finishes it under the same names', async () => {
  await tone('a.flac', 300, { title: 'First' })
  await tone('b.flac', 400, { title: 'Second' })
  await tone('c.flac', 500, { title: 'Third' })
  const controller = new AbortController()
  const interrupted: AudioStore = {
    put: async (trackId, renditions, signal) => {
      // The objects of the first rendition arrive, then Ctrl-C.
      await store.put(trackId, renditions.slice(0, 1), signal)
      controller.abort(new Error('interrupted'))
      return store.put(trackId, renditions, signal)
    },
  }
  await expect(ingest(interrupted, controller.signal)).rejects.toThrow('interrupted')
  expect(Object.values(await statuses())).not.toContain('available')
  expect((await listCatalog(pool)).artists).toEqual([])
  const claimed = await pool.query<{ track_id: string; isrc: string }>('SELECT track_id, isrc FROM tracks')
  expect(claimed.rows.length).toBeGreaterThan(0)

  expect(kinds(await ingest())).toEqual(['ingested', 'ingested', 'ingested'])

  expect(await statuses()).toEqual({ First: 'available', Second: 'available', Third: 'available' })
  const { rows } = await pool.query<{ track_id: string; isrc: string }>('SELECT track_id, isrc FROM tracks')
  for (const row of claimed.rows) expect(rows).toContainEqual(row)
})

test('a store that is away ends the ingest with its own words, and no file is blamed for it', async () => {
  await tone('a.flac', 300, { title: 'One' })
  const away: AudioStore = { put: () => Promise.reject(new Error('connect ECONNREFUSED')) }
  await expect(ingest(away)).rejects.toThrow('connect ECONNREFUSED')
  expect(await statuses()).toEqual({ One: 'ingesting' })
})

test('a code that another recording has is refused, and two local codes never meet', async () => {
  await tone('a.flac', 300, { title: 'One', isrc: 'GBEMI0300001' })
  await tone('b.flac', 400, { title: 'Two', isrc: 'GBEMI0300001' })
  const outcomes = await ingest()
  expect(kinds(outcomes).toSorted()).toEqual(['failed', 'ingested'])
  const failure = outcomes.find((outcome) => outcome.kind === 'failed')
  expect(failure?.reason).toBe('another recording has its ISRC GBEMI0300001: correct the tag, or remove it')

  await tone('c.flac', 500, { title: 'Three', date: '2007' })
  await ingest()
  const { rows } = await pool.query<{ isrc: string }>(`SELECT isrc FROM tracks WHERE title = 'Three'`)
  // The same file meets its own code, taken by another recording: it gets the next one.
  await pool.query(`DELETE FROM track_rights; DELETE FROM renditions; UPDATE tracks SET source_hash = md5(title) || md5(title),
    track_id = gen_random_uuid() WHERE title = 'Three'`)
  await ingest()
  const codes = await pool.query<{ isrc: string }>(`SELECT isrc FROM tracks WHERE title = 'Three' ORDER BY isrc`)
  expect(codes.rows).toHaveLength(2)
  expect(codes.rows).toContainEqual(rows[0])
})

test('a withdrawn track stays withdrawn', async () => {
  await tone('a.flac', 300, { title: 'One' })
  await ingest()
  await pool.query(`UPDATE tracks SET status = 'withdrawn'`)
  expect(kinds(await ingest())).toEqual(['present'])
  expect(await statuses()).toEqual({ One: 'withdrawn' })
  expect((await listCatalog(pool)).artists).toEqual([])
})
