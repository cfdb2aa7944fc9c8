/** Owns what a listener has said of what may be suggested: read and written in their own name. */

import type { Pool } from '../postgres/client.ts'
import { speakAs } from '../postgres/speak-as.ts'

export interface Taste {
  readonly hearsExplicit: boolean
  readonly blockedArtists: ReadonlySet<string>
  readonly followedArtists: ReadonlySet<string>
  readonly dismissedTracks: ReadonlySet<string>
}

/** Of whoever has said nothing, or is no user of ours. */
export const NO_TASTE: Taste = {
  hearsExplicit: true,
  blockedArtists: new Set(),
  followedArtists: new Set(),
  dismissedTracks: new Set(),
}

interface Row {
  readonly hears_explicit: boolean
  readonly blocked: readonly string[]
  readonly followed: readonly string[]
  readonly dismissed: readonly string[]
}

/** Of what was dismissed the latest: nobody goes through more by hand. */
const MOST_DISMISSED = 5_000

const TASTE = `
  SELECT u.hears_explicit,
         ARRAY(SELECT artist_id::text FROM blocked_artists WHERE user_id = u.user_id) AS blocked,
         ARRAY(SELECT artist_id::text FROM follows WHERE user_id = u.user_id AND artist_id IS NOT NULL) AS followed,
         ARRAY(SELECT track_id::text FROM dismissed_tracks WHERE user_id = u.user_id
                ORDER BY dismissed_at DESC LIMIT ${MOST_DISMISSED}) AS dismissed
    FROM users u WHERE u.user_id = $1`

export async function readTaste(pool: Pool, accountId: string): Promise<Taste> {
  const userId = await userOf(pool, accountId)
  if (userId === undefined) return NO_TASTE
  const { rows } = await speakAs(pool, { userId }, (client) => client.query<Row>(TASTE, [userId]))
  const [row] = rows
  if (row === undefined) return NO_TASTE
  return {
    hearsExplicit: row.hears_explicit,
    blockedArtists: new Set(row.blocked),
    followedArtists: new Set(row.followed),
    dismissedTracks: new Set(row.dismissed),
  }
}

/** What there is no user or no track for is remembered by the session alone. */
export async function writeDismissed(pool: Pool, accountId: string, trackId: string): Promise<void> {
  const userId = await userOf(pool, accountId)
  if (userId === undefined) return
  await speakAs(pool, { userId }, (client) =>
    client.query(
      `INSERT INTO dismissed_tracks (user_id, track_id) SELECT $1, track_id FROM tracks WHERE track_id = $2
       ON CONFLICT (user_id, track_id) DO NOTHING`,
      [userId, trackId],
    ),
  )
}

async function userOf(pool: Pool, accountId: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ user_id: string | null }>({
    name: 'listener-of',
    text: 'SELECT listener_of($1) AS user_id',
    values: [accountId],
  })
  return rows[0]?.user_id ?? undefined
}
