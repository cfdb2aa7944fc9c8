/** Owns what the dashboard shows: numbers of ClickHouse, names and paid streams of PostgreSQL. */

import { readArtistTotals } from '../infra/catalog/artist-account.ts'
import { readTrackNames } from '../infra/catalog/track-names.ts'
import type { ClickHouseClient } from '../infra/clickhouse/client.ts'
import { readDashboard } from '../infra/clickhouse/dashboard/dashboard.ts'
import type { Pool } from '../infra/postgres/client.ts'

export async function readNamedDashboard(clickhouse: ClickHouseClient, pool: Pool, minutes: number): Promise<object> {
  const [numbers, artists] = await Promise.all([readDashboard(clickhouse, minutes), readArtistTotals(pool)])
  const names = await readTrackNames(
    pool,
    numbers.top_tracks.map(({ track_id }) => track_id),
  )
  return {
    ...numbers,
    top_tracks: numbers.top_tracks.map((track) => ({
      ...track,
      ...(names.get(track.track_id) ?? { title: 'Unknown track', artist: 'Unknown artist' }),
    })),
    artists,
  }
}
