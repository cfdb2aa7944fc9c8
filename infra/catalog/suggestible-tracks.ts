/** Owns what PostgreSQL says of tracks that may be suggested: how they are listed, and to whom they may not be. */

import type { TrackInfo } from '../../protocol/messages/playback.ts'
import type { Pool } from '../postgres/client.ts'

export type SuggestibleTrack = Pick<TrackInfo, 'track_id' | 'title' | 'artist_id' | 'artist' | 'album' | 'duration_ms'>

/** Why a track may not be suggested to everybody. */
export interface TrackLimits {
  readonly isWithdrawn: boolean
  readonly isExplicit: boolean
  readonly isWorldwide: boolean
  /** Where it is suggested; of one that is worldwide, where it is not. */
  readonly territories: ReadonlySet<string>
}

export async function readSuggestible(pool: Pool, trackIds: readonly string[]): Promise<readonly SuggestibleTrack[]> {
  const { rows } = await pool.query<SuggestibleTrack>({
    name: 'suggestible-tracks',
    text: `SELECT t.track_id, t.title, t.artist_id, a.name AS artist, b.title AS album, t.duration_ms
             FROM tracks t JOIN artists a USING (artist_id) JOIN albums b USING (album_id)
            WHERE t.track_id = ANY ($1::uuid[]) AND t.status = 'available'`,
    values: [trackIds],
  })
  return rows
}

interface Row {
  readonly track_id: string
  readonly is_withdrawn: boolean
  readonly is_explicit: boolean
  readonly is_worldwide: boolean
  readonly territories: readonly string[]
}

/** Of all tracks that have any. */
export async function readTrackLimits(pool: Pool): Promise<ReadonlyMap<string, TrackLimits>> {
  const { rows } = await pool.query<Row>({
    name: 'track-limits',
    text: `SELECT track_id, status <> 'available' AS is_withdrawn, is_explicit, is_worldwide, territories::text[] AS territories
             FROM tracks WHERE status <> 'available' OR is_explicit OR NOT is_worldwide OR territories <> '{}'`,
  })
  return new Map(
    rows.map(({ track_id, is_withdrawn, is_explicit, is_worldwide, territories }) => [
      track_id,
      {
        isWithdrawn: is_withdrawn,
        isExplicit: is_explicit,
        isWorldwide: is_worldwide,
        territories: new Set(territories),
      },
    ]),
  )
}
