/** Owns the test of how changes of the catalog come to be found: each of them, in whatever order, over rebuilds and outages, and by replay as by rebuild. */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { CATALOG } from '../../infra/opensearch/catalog-index.ts'
import { beginIndex, finishIndex, indicesThatHear, knownIndices } from '../../infra/opensearch/catalog-indices.ts'
import { createOpenSearch, type OpenSearch } from '../../infra/opensearch/client.ts'
import { searchCatalog } from '../../infra/opensearch/search-catalog.ts'
import {
  SEARCH_SERVERS_WITHIN_MS,
  type SearchServers,
  startSearchServers,
} from '../../infra/opensearch/testing/search-servers.ts'
import { createPool, type Pool } from '../../infra/postgres/client.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { ADA, insertTwoListeners, playlistOf } from '../../infra/postgres/testing/two-listeners.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import { placesNow, rewindTopic } from '../testing/topic-moves.ts'
import { until } from '../testing/until.ts'
import { startWorkers, type WorkerProcess } from '../testing/worker-process.ts'
import { filesNow, placeNow } from './reading.ts'
import { rebuild } from './rebuild.ts'
import { GROUP } from './search.ts'

/** It builds the index first. */
const STARTED_WITHIN_MS = 120_000

const stackEnv = inject('stackEnv')
let servers: SearchServers
let client: OpenSearch
let pool: Pool
let worker: WorkerProcess
const made: string[] = []

beforeAll(async () => {
  servers = await startSearchServers(stackEnv, ['opensearch', 'debezium'])
  client = createOpenSearch(servers.env.SEGUE_OPENSEARCH_URL ?? '')
  pool = createPool(readEnv(servers.env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
  await start()
}, SEARCH_SERVERS_WITHIN_MS)

afterAll(async () => {
  await worker?.kill('SIGTERM')
  await pool?.query('DELETE FROM playlist_tracks WHERE track_id = ANY($1)', [made])
  await pool?.query('DELETE FROM tracks WHERE track_id = ANY($1)', [made])
  await pool?.end()
  await client?.close()
  await servers?.stop()
})

async function start(): Promise<void> {
  worker = await startWorkers({ ...servers.env, SEGUE_SEARCH_POPULARITY_MS: '200' }, ['search'])
  await until(
    async () => (await knownIndices(client)).some(({ isSearched }) => isSearched),
    (isBuilt) => isBuilt,
    STARTED_WITHIN_MS,
  )
}

const newId = () => {
  const id = uuidv7(Date.now())
  made.push(id)
  return id
}
let isrc = 0

interface Names {
  readonly artist: string
  readonly album: string
  readonly track: string
}

async function release(title: string, by: Names = { artist: newId(), album: newId(), track: newId() }): Promise<Names> {
  isrc += 1
  await pool.query('INSERT INTO artists VALUES ($1, $2) ON CONFLICT DO NOTHING', [by.artist, `Artist of ${title}`])
  await pool.query('INSERT INTO albums VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    by.album,
    by.artist,
    `Album of ${title}`,
  ])
  await pool.query(
    `INSERT INTO tracks (track_id, album_id, artist_id, title, isrc, duration_ms, loudness_lufs, true_peak_dbtp, gain_db, source_hash, status)
     VALUES ($1, $2, $3, $4, $5, 200000, -14, -1, 0, $6, 'available')`,
    [
      by.track,
      by.album,
      by.artist,
      title,
      `ZZSRC${String(isrc).padStart(7, '0')}`,
      by.track.replaceAll('-', '').padEnd(64, '0'),
    ],
  )
  return by
}

async function documents(): Promise<Record<string, Record<string, unknown>>> {
  await client.indices.refresh({ index: CATALOG })
  const answer = await client.search({ index: CATALOG, body: { size: 10_000, query: { match_all: {} } } })
  const sources = answer.body.hits.hits.map(({ _source }) => _source as { id: string })
  return Object.fromEntries(sources.filter(({ id }) => made.includes(id)).map((source) => [source.id, source]))
}
const documentOf = async (id: string) => (await documents())[id]

describe('search', () => {
  it('hears of what is released, renamed, withdrawn and deleted, and of all that a name is in', async () => {
    const one = await release('Glósóli')
    await until(
      () => documents(),
      (found) => [one.artist, one.album, one.track].every((id) => found[id] !== undefined),
    )
    expect(await documentOf(one.track)).toMatchObject({ kind: 'track', title: 'Glósóli', artist: 'Artist of Glósóli' })

    await pool.query(`UPDATE artists SET name = 'Sigur Rós' WHERE artist_id = $1`, [one.artist])
    await pool.query(
      `UPDATE tracks SET is_explicit = true, is_worldwide = false, territories = '{IS,NO}' WHERE track_id = $1`,
      [one.track],
    )
    const renamed = await until(
      () => documents(),
      // The rows of the track and of the artist come by partitions of their own, each when its turn is.
      (found) =>
        [one.track, one.album].every((id) => found[id]?.artist === 'Sigur Rós') &&
        found[one.artist]?.title === 'Sigur Rós' &&
        found[one.track]?.is_explicit === true,
    )
    expect(renamed[one.album]).toMatchObject({ artist: 'Sigur Rós', tracks: 1 })
    expect(renamed[one.artist]).toMatchObject({ title: 'Sigur Rós' })
    expect(renamed[one.track]).toMatchObject({ only_in: ['IS', 'NO'], not_in: [] })

    // A track that moves takes nothing with it that the other album is found by.
    const other = { ...one, album: newId(), track: newId() }
    await release('Hoppípolla', other)
    await pool.query('UPDATE tracks SET album_id = $2 WHERE track_id = $1', [one.track, other.album])
    await until(
      () => documents(),
      (found) => found[one.album] === undefined && found[other.album]?.tracks === 2,
    )
    await pool.query(`UPDATE tracks SET status = 'withdrawn' WHERE track_id = $1`, [other.track])
    await pool.query('DELETE FROM tracks WHERE track_id = $1', [one.track])
    await until(
      () => documents(),
      (found) => [one, other].every(({ artist, track, album }) => !found[artist] && !found[track] && !found[album]),
    )
  })

  it('finds playlists while they are public, and tracks more popular as they are listened to', async () => {
    const found = () => documents()
    await insertTwoListeners(pool).catch(() => undefined)
    const playlist = playlistOf(ADA)
    made.push(playlist)
    await pool.query(`UPDATE playlists SET visibility = 'public', deleted_at = NULL WHERE playlist_id = $1`, [playlist])
    await until(found, (all) => all[playlist]?.kind === 'playlist')
    await pool.query(`UPDATE playlists SET visibility = 'private' WHERE playlist_id = $1`, [playlist])
    await until(found, (all) => all[playlist] === undefined)

    const { track, artist } = await release('Svefn-g-englar')
    await pool.query(
      `INSERT INTO royalty_streams (stream_id, listener_id, track_id, isrc, artist_id, started_at, ended_at, ms_played, territory, tier, session_id, device_id, reason_end)
       SELECT stream, 'acct-x', $1, 'XXSEG2600001', $2, now(), now(), 40000, 'IS', 'free', gen_random_uuid(), 'd', 'finished' FROM unnest($3::uuid[]) AS stream`,
      [track, artist, Array.from({ length: 8 }, () => uuidv7(Date.now()))],
    )
    await until(found, (all) => all[track]?.popularity === 20 && all[artist]?.popularity === 20)
  })

  it('F3 finds albums, artists and playlists where any of their tracks may be found, and takes them for explicit when all of these are', async () => {
    const one = await release('Fljótavík')
    const other = { ...one, track: newId() }
    await release('Inní mér', other)
    await insertTwoListeners(pool).catch(() => undefined)
    const playlist = newId()
    await pool.query(
      `INSERT INTO playlists (playlist_id, owner_id, title, visibility) VALUES ($1, $2, 'Fljótavík at night', 'public')`,
      [playlist, ADA.userId],
    )
    await pool.query(
      `INSERT INTO playlist_tracks (playlist_id, entry_id, track_id, position, added_by)
       VALUES ($1, $2, $3, 'V', $5), ($1, $4, $6, 'W', $5)`,
      [playlist, uuidv7(Date.now()), one.track, uuidv7(Date.now()), ADA.userId, other.track],
    )
    const all = [one.artist, one.album, playlist]
    const areAll = (ids: readonly string[], is_explicit: boolean, only_in: string[], not_in: string[] = []) =>
      until(documents, (found) =>
        ids.every((id) => {
          const { is_explicit: explicit, only_in: only, not_in: not } = found[id] ?? {}
          return JSON.stringify([explicit, only, not]) === JSON.stringify([is_explicit, only_in, not_in])
        }),
      )
    const kindsFound = async (country: string, withExplicit = true) => {
      const query = { text: 'Fljótavík', kinds: [], country, withExplicit, offset: 0, limit: 50 }
      // What lies cold on the disk may take longer than a search may.
      const found = await until(
        () => searchCatalog(client, query).catch(() => undefined),
        (answer) => answer !== undefined,
      )
      return found?.documents.filter(({ id }) => made.includes(id)).map(({ kind }) => kind)
    }
    await areAll(all, false, ['*'])

    const change = (track: string, what: string) => pool.query(`UPDATE tracks SET ${what} WHERE track_id = $1`, [track])
    await change(one.track, `is_explicit = true, is_worldwide = false, territories = '{US}'`)
    await change(other.track, `is_explicit = true, territories = '{FR,DE}'`)
    await areAll(all, true, ['*'], ['DE', 'FR'])
    expect(await kindsFound('DE')).toEqual([])
    expect((await kindsFound('IS'))?.sort()).toEqual(['album', 'artist', 'playlist', 'track'])
    expect(await kindsFound('IS', false)).toEqual([])

    await change(other.track, `status = 'withdrawn'`)
    await areAll(all, true, ['US'])
    expect(await kindsFound('IS')).toEqual([])
    await change(one.track, 'is_explicit = false')
    await areAll(all, false, ['US'])
    expect((await kindsFound('US', false))?.sort()).toEqual(['album', 'artist', 'playlist', 'track'])

    // A playlist is found while it is public, whatever can be played of it.
    await change(one.track, `is_explicit = true, status = 'withdrawn'`)
    await areAll([playlist], false, ['*'])
    await until(documents, (found) => found[one.album] === undefined && found[one.artist] === undefined)
    // And so it stays, for what a replay and a rebuild come to.
    await change(one.track, `status = 'available'`)
    await areAll(all, true, ['US'])
  })

  it('is built anew beside the index that is searched, while names change, and nothing is missed or found missing', async () => {
    const { track, artist } = await release('Starálfur')
    await until(documents, (found) => found[track] !== undefined)
    const before = await indicesThatHear(client)
    let searches = 0
    let missed = 0
    let changes = 0
    let done = false
    const searching = (async () => {
      while (!done) {
        const answer = await client.get({ index: CATALOG, id: `track:${track}` }).catch(() => undefined)
        searches += 1
        if (answer?.body.found !== true) missed += 1
      }
    })()
    const changing = (async () => {
      while (!done) {
        changes += 1
        await pool.query('UPDATE artists SET name = $2 WHERE artist_id = $1', [artist, `Name ${changes}`])
        await wait(20)
      }
    })()
    const rows = await pool.connect()
    await rebuild(client, rows, new AbortController().signal)
    done = true
    await Promise.all([searching, changing])
    rows.release()
    expect({ missed, searches: searches > 0 }).toEqual({ missed: 0, searches: true })
    const after = await indicesThatHear(client)
    expect(after).toHaveLength(1)
    expect(after).not.toEqual(before)
    await until(documents, (found) => found[track]?.artist === `Name ${changes}`)
  })

  it('comes to the same by replay of all that Kafka has, from a place in the middle, and by a rebuild, as it did by the changes as they came', async () => {
    const kafka = readEnv(servers.env, adminKafkaConfig)
    const middle = await placesNow(kafka, 'catalogChanges')
    const [kept, dropped] = [await release('Olsen Olsen'), await release('Ágætis byrjun')]
    await pool.query('DELETE FROM tracks WHERE track_id = $1', [dropped.track])
    await until(documents, (found) => found[kept.track] !== undefined && found[dropped.artist] === undefined)
    const asTheyCame = await documents()

    await worker.kill('SIGTERM')
    const rows = await pool.connect()
    await finishIndex(
      client,
      await beginIndex(client, { at: await placeNow(rows), files: await filesNow(rows) }, Date.now()),
    )
    expect(await documents()).toEqual({})
    await rewindTopic(kafka, GROUP, 'catalogChanges')
    await start()
    await until(documents, (found) => Object.keys(found).length >= Object.keys(asTheyCame).length)
    expect(await documents()).toEqual(asTheyCame)

    // What is behind the place is as it is; what came after it is made again, from nothing or from what is there.
    await worker.kill('SIGTERM')
    expect(middle.some(({ offset }) => Number(offset) > 0)).toBe(true)
    const index = await indicesThatHear(client)
    await client.delete({ index: CATALOG, id: `track:${kept.track}` })
    expect(await documentOf(kept.track)).toBeUndefined()
    await rewindTopic(kafka, GROUP, 'catalogChanges', middle)
    await start()
    await until(documents, (found) => found[kept.track] !== undefined)
    expect(await documents()).toEqual(asTheyCame)
    expect(await indicesThatHear(client)).toEqual(index)

    await rebuild(client, rows, new AbortController().signal)
    rows.release()
    expect(await documents()).toEqual(asTheyCame)
  })

  it('is built anew when a table was emptied at once, of which no change tells', async () => {
    const { track } = await release('Ára bátur')
    await until(documents, (found) => found[track] !== undefined)
    const before = await indicesThatHear(client)
    await pool.query('TRUNCATE track_popularity')
    await until(
      () => knownIndices(client),
      (known) => known.some(({ name, isSearched }) => isSearched && !before.includes(name)),
      STARTED_WITHIN_MS,
    )
    expect((await documentOf(track))?.title).toBe('Ára bátur')
  })

  it('catches up when OpenSearch is back', async () => {
    await servers.kill('opensearch', 'SIGKILL')
    const { track } = await release('Viðrar vel til loftárása')
    await wait(1_000)
    await servers.restart('opensearch')
    await until(
      () => documents().catch(() => ({})) as ReturnType<typeof documents>,
      (found) => found[track] !== undefined,
    )
    expect((await knownIndices(client)).filter(({ isSearched }) => isSearched)).toHaveLength(1)
  })
})
