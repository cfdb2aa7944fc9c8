/** Owns which documents are to be looked at anew when rows change: those of the rows, and those that have something of theirs in them. */

import { type DocumentKey, documentId, type Kind } from '../../infra/opensearch/documents.ts'
import type { PoolClient } from '../../infra/postgres/client.ts'
import type { Change } from './changes.ts'

/** By table, which columns of a row are whose ids. */
const TOLD: Readonly<Record<string, readonly (readonly [Kind, string])[]>> = {
  artists: [['artist', 'artist_id']],
  albums: [['album', 'album_id']],
  tracks: [
    ['track', 'track_id'],
    ['album', 'album_id'],
    ['artist', 'artist_id'],
  ],
  track_popularity: [['track', 'track_id']],
  playlists: [['playlist', 'playlist_id']],
  playlist_tracks: [['playlist', 'playlist_id']],
}

/** What has the name of an artist or album in it, or is as popular as its tracks, or found where they are. A playlist that is not public is no document. */
const FURTHER = {
  artists: `SELECT 'album' AS kind, album_id AS id FROM albums WHERE artist_id = ANY($1)
            UNION ALL SELECT 'track', track_id FROM tracks WHERE artist_id = ANY($1)`,
  albums: `SELECT 'track' AS kind, track_id AS id FROM tracks WHERE album_id = ANY($1)`,
  tracks: `SELECT DISTINCT 'playlist' AS kind, playlist_id AS id FROM playlist_tracks WHERE track_id = ANY($1)`,
  track_popularity: `SELECT 'album' AS kind, album_id AS id FROM tracks WHERE track_id = ANY($1)
                     UNION SELECT 'artist', artist_id FROM tracks WHERE track_id = ANY($1)`,
} as const

export async function affectedBy(client: PoolClient, changes: readonly Change[]): Promise<readonly DocumentKey[]> {
  const keys = new Map<string, DocumentKey>()
  const add = (key: DocumentKey) => keys.set(documentId(key), key)
  for (const { table, rows } of changes)
    for (const row of rows)
      for (const [kind, column] of TOLD[table] ?? []) {
        const id = row[column]
        if (id !== undefined) add({ kind, id })
      }
  for (const [table, query] of Object.entries(FURTHER)) {
    const ids = idsOf(table, changes)
    if (ids.length === 0) continue
    const { rows } = await client.query<DocumentKey>(query, [ids])
    for (const key of rows) add(key)
  }
  return [...keys.values()]
}

function idsOf(table: string, changes: readonly Change[]): string[] {
  const column = TOLD[table]?.[0]?.[1] ?? ''
  const ids = changes.filter((change) => change.table === table).flatMap(({ rows }) => rows.map((row) => row[column]))
  return [...new Set(ids.filter((id) => id !== undefined))]
}
