/** Owns what a document is made of: the rows of the catalog, by key or in order of their ids. */

import type { CatalogDocument, DocumentKey, Kind } from '../../infra/opensearch/documents.ts'
import type { PoolClient } from '../../infra/postgres/client.ts'
import { reachOf } from './reach.ts'

interface Row {
  readonly id: string
  readonly title: string
  readonly artist: string | null
  readonly artist_id: string | null
  readonly album: string | null
  readonly album_id: string | null
  readonly duration_ms: number | null
  readonly tracks: number | null
  /** Null: there is nothing to play. */
  readonly is_explicit: boolean | null
  readonly rights: readonly string[] | null
  readonly popularity: number | null
}

const NOTHING = 'NULL::text AS'
/** Where a track `t` may be found, as `reachOf` reads it. */
const RIGHTS = `CASE WHEN t.is_worldwide THEN '-' ELSE '+' END || t.territories::text`
/** Of all that can be played of something: it is as explicit as all of that, and is found where any of that is. */
const PLAYABLE = `t.status = 'available'`
const ALL_OF_IT = `bool_and(t.is_explicit) FILTER (WHERE ${PLAYABLE}) AS is_explicit, array_agg(DISTINCT ${RIGHTS}) FILTER (WHERE ${PLAYABLE}) AS rights`
/** Of an album or artist that has nothing to play, nothing is found. */
const heard = (column: string, of: string) => `
  JOIN LATERAL (SELECT count(*)::int AS tracks, max(p.score) AS score, ${ALL_OF_IT}
                  FROM tracks t LEFT JOIN track_popularity p USING (track_id)
                 WHERE t.${column} = ${of}.${column} AND ${PLAYABLE}) heard ON heard.tracks > 0`

/** Each with the column of its ids. */
const ROWS: Readonly<Record<Kind, readonly [id: string, select: string]>> = {
  track: [
    't.track_id',
    `SELECT t.track_id AS id, t.title, ar.name AS artist, t.artist_id, al.title AS album, t.album_id, t.duration_ms, NULL AS tracks,
            t.is_explicit, ARRAY[${RIGHTS}] AS rights, p.score AS popularity
       FROM tracks t JOIN artists ar ON ar.artist_id = t.artist_id JOIN albums al ON al.album_id = t.album_id
       LEFT JOIN track_popularity p ON p.track_id = t.track_id
      WHERE ${PLAYABLE}`,
  ],
  artist: [
    'a.artist_id',
    `SELECT a.artist_id AS id, a.name AS title, ${NOTHING} artist, ${NOTHING} artist_id, ${NOTHING} album, ${NOTHING} album_id, NULL AS duration_ms,
            NULL AS tracks, heard.is_explicit, heard.rights, heard.score AS popularity
       FROM artists a ${heard('artist_id', 'a')} WHERE true`,
  ],
  album: [
    'a.album_id',
    `SELECT a.album_id AS id, a.title, ar.name AS artist, a.artist_id, ${NOTHING} album, ${NOTHING} album_id, NULL AS duration_ms,
            heard.tracks, heard.is_explicit, heard.rights, heard.score AS popularity
       FROM albums a JOIN artists ar ON ar.artist_id = a.artist_id ${heard('album_id', 'a')} WHERE true`,
  ],
  playlist: [
    'p.playlist_id',
    `SELECT p.playlist_id AS id, p.title, ${NOTHING} artist, ${NOTHING} artist_id, ${NOTHING} album, ${NOTHING} album_id, NULL AS duration_ms,
            held.tracks, held.is_explicit, held.rights, NULL AS popularity
       FROM playlists p
      CROSS JOIN LATERAL (SELECT count(*)::int AS tracks, ${ALL_OF_IT}
                            FROM playlist_tracks e JOIN tracks t USING (track_id) WHERE e.playlist_id = p.playlist_id) held
      WHERE p.visibility = 'public' AND p.deleted_at IS NULL`,
  ],
}

export async function readByKey(client: PoolClient, keys: readonly DocumentKey[]): Promise<CatalogDocument[]> {
  const documents: CatalogDocument[] = []
  for (const [kind, [id, select]] of Object.entries(ROWS) as [Kind, (typeof ROWS)[Kind]][]) {
    const ids = keys.filter((key) => key.kind === kind).map((key) => key.id)
    if (ids.length === 0) continue
    const { rows } = await client.query<Row>(`${select} AND ${id} = ANY($1::uuid[])`, [ids])
    documents.push(...rows.map((row) => documentOf(kind, row)))
  }
  return documents
}

/** The next of `kind` after `after`, in order; fewer than `most` are the last. */
export async function readInOrder(
  client: PoolClient,
  kind: Kind,
  after: string,
  most: number,
): Promise<CatalogDocument[]> {
  const [id, select] = ROWS[kind]
  const { rows } = await client.query<Row>(`${select} AND ${id} > $1 ORDER BY ${id} LIMIT $2`, [after, most])
  return rows.map((row) => documentOf(kind, row))
}

function documentOf(kind: Kind, row: Row): CatalogDocument {
  const { id, title, is_explicit, rights, artist, artist_id, album, album_id, duration_ms, tracks, popularity } = row
  return {
    kind,
    id,
    title,
    ...(artist === null ? {} : { artist }),
    ...(artist_id === null ? {} : { artist_id }),
    ...(album === null ? {} : { album }),
    ...(album_id === null ? {} : { album_id }),
    ...(duration_ms === null ? {} : { duration_ms }),
    ...(tracks === null ? {} : { tracks }),
    is_explicit: is_explicit ?? false,
    ...reachOf(rights ?? []),
    ...(popularity === null ? {} : { popularity }),
  }
}
