/** Owns what is measured of search: how many misspelt queries lead to what was meant, how long a query takes, how soon a change is found. */

import { setTimeout as pause } from 'node:timers/promises'
import type { OpenSearch } from '../../../infra/opensearch/client.ts'
import { isUnavailable } from '../../../infra/opensearch/dependency.ts'
import { searchCatalog } from '../../../infra/opensearch/search-catalog.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import type { MadeCatalog } from './made-names.ts'
import type { Misspelt } from './misspelt.ts'

const TOP = 3
const ANYWHERE = { kinds: ['track'], country: 'DE', withExplicit: true, offset: 0 } as const

export interface Judged {
  readonly meant: Misspelt
  readonly isFound: boolean
  readonly ms: number
}

const isMeant = (meant: Misspelt) => (found: { readonly title: string; readonly artist?: string }) =>
  found.title === meant.title && found.artist === meant.artist

/** One that OpenSearch gives up has not found what was meant. */
export async function judgeSearch(client: OpenSearch, queries: readonly Misspelt[]): Promise<Judged[]> {
  const judged: Judged[] = []
  for (const meant of queries) {
    const beganMs = performance.now()
    const found = await searchCatalog(client, { ...ANYWHERE, text: meant.query, limit: TOP }).catch(unlessGivenUp)
    judged.push({ meant, isFound: found?.documents.some(isMeant(meant)) === true, ms: performance.now() - beganMs })
  }
  return judged
}

/** The same queries of PostgreSQL's own trigrams: title and artist as one text, the most similar first. */
export async function judgeTrigrams(pool: Pool, queries: readonly Misspelt[]): Promise<Judged[]> {
  await pool.query('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  await pool.query(
    `CREATE TABLE IF NOT EXISTS bench_names AS SELECT t.title, a.name AS artist, t.title || ' ' || a.name AS whole FROM tracks t JOIN artists a USING (artist_id)`,
  )
  await pool.query('CREATE INDEX IF NOT EXISTS bench_names_whole ON bench_names USING gin (whole gin_trgm_ops)')
  const judged: Judged[] = []
  for (const meant of queries) {
    const beganMs = performance.now()
    const { rows } = await pool.query(
      'SELECT title, artist FROM bench_names WHERE whole % $1 ORDER BY similarity(whole, $1) DESC LIMIT $2',
      [meant.query, TOP],
    )
    judged.push({ meant, isFound: rows.some(isMeant(meant)), ms: performance.now() - beganMs })
  }
  return judged
}

export interface Timed {
  readonly ms: number
  /** By OpenSearch's own account; undefined: it gave the query up. */
  readonly tookMs: number | undefined
}

/** Names as they are typed: after every two letters. */
export function typed({ tracks }: MadeCatalog, count: number): string[] {
  const texts: string[] = []
  for (let n = 0; texts.length < count; n += 1) {
    const title = tracks[(n * 7_919) % tracks.length]?.title ?? ''
    for (let length = 2; length <= title.length && texts.length < count; length += 2) texts.push(title.slice(0, length))
  }
  return texts
}

/** Titles, and every other one with its artist. */
export function whole({ tracks, artists }: MadeCatalog, count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const { title = '', artist = 0 } = tracks[(n * 104_729) % tracks.length] ?? {}
    return n % 2 === 0 ? title : `${title} ${artists[artist]}`
  })
}

/** So many under way at once, one after the other taken. One that OpenSearch gives up counts with the time until then. */
export async function timeQueries(client: OpenSearch, texts: readonly string[], atOnce: number): Promise<Timed[]> {
  const timed: Timed[] = []
  const left = texts.values()
  const take = async () => {
    for (const text of left) {
      const beganMs = performance.now()
      const found = await searchCatalog(client, { ...ANYWHERE, kinds: [], text, limit: 10 }).catch(unlessGivenUp)
      timed.push({ ms: performance.now() - beganMs, tookMs: found?.tookMs })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, take))
  return timed
}

function unlessGivenUp(error: unknown): undefined {
  if (!isUnavailable(error)) throw error
}

/** Milliseconds of processor that OpenSearch has used since it began. */
export async function cpuMs(client: OpenSearch): Promise<number> {
  const { body } = await client.nodes.stats({ metric: ['process'] })
  const used = Object.values(body.nodes).map(({ process }) => Number(process?.cpu?.total_in_millis ?? 0))
  return used.reduce((sum, each) => sum + each, 0)
}

const LOOK_EVERY_MS = 10

/** From the commit of a new title until a search finds it. */
export async function timeChanges(client: OpenSearch, pool: Pool, count: number): Promise<number[]> {
  const { rows } = await pool.query<{ track_id: string }>('SELECT track_id FROM tracks ORDER BY isrc LIMIT $1', [count])
  const took: number[] = []
  // Of a catalog that is kept, those of another run are there.
  const run = Date.now().toString(36)
  for (const [n, { track_id }] of rows.entries()) {
    const title = `Zyqx${n}w ${run}`
    await pool.query('UPDATE tracks SET title = $2 WHERE track_id = $1', [track_id, title])
    const committedMs = performance.now()
    for (;;) {
      const found = await searchCatalog(client, { ...ANYWHERE, text: title, limit: 1 }).catch(unlessGivenUp)
      if (found?.documents[0]?.title === title) break
      await pause(LOOK_EVERY_MS)
    }
    took.push(performance.now() - committedMs)
  }
  return took
}
