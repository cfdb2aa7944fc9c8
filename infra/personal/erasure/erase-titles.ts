/** Owns the erasure of the titles of a listener's playlists from what is searched: they go as the search hears of it, and then from its files. */

import { setTimeout as pause } from 'node:timers/promises'
import type { OpenSearch } from '../../opensearch/client.ts'
import type { DocumentKey } from '../../opensearch/documents.ts'
import { countThere, forgetDeleted } from '../../opensearch/forget-deleted.ts'
import type { Pool } from '../../postgres/client.ts'

/** The worker hears of a row within a second, unless it is behind. */
const HEARD_WITHIN_MS = 30_000
const LOOK_AGAIN_MS = 200

/** How many of them are still there: then the search is behind, and a later pass finds them gone. After the rows of PostgreSQL, which leave none of his in public. */
export async function eraseTitles(client: OpenSearch, pool: Pool, userId: string | null): Promise<number> {
  const { rows } = await pool.query<{ id: string }>('SELECT playlist_id AS id FROM playlists WHERE owner_id = $1', [
    userId,
  ])
  if (rows.length === 0) return 0
  const keys = rows.map(({ id }): DocumentKey => ({ kind: 'playlist', id }))
  const deadline = Date.now() + HEARD_WITHIN_MS
  let there = await countThere(client, keys)
  while (there > 0 && Date.now() < deadline) {
    await pause(LOOK_AGAIN_MS)
    there = await countThere(client, keys)
  }
  await forgetDeleted(client)
  return there
}
