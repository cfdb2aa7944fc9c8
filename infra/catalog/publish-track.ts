/** Owns the second half of the books: every object is in the store, so the track becomes `available`, in one transaction. */

import { inTransaction, type Pool, type PoolClient } from '../postgres/client.ts'
import { rightsHolderIdOf } from './catalog-ids.ts'
import { defaultShares } from './rights-shares.ts'
import type { TrackRecord } from './track-record.ts'

export interface StoredRendition {
  readonly bitrateKbps: number
  readonly codec: string
  readonly chunkCount: number
  readonly bytes: number
}

export async function publishTrack(
  pool: Pool,
  track: TrackRecord,
  renditions: readonly StoredRendition[],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    await writeRenditions(client, track.trackId, renditions)
    await writeRights(client, track)
    await client.query(`UPDATE tracks SET status = 'available' WHERE track_id = $1 AND status = 'ingesting'`, [
      track.trackId,
    ])
  })
}

async function writeRenditions(client: PoolClient, trackId: string, renditions: readonly StoredRendition[]) {
  for (const { bitrateKbps, codec, chunkCount, bytes } of renditions) {
    await client.query(
      `INSERT INTO renditions (track_id, bitrate_kbps, codec, chunk_count, bytes) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (track_id, bitrate_kbps)
       DO UPDATE SET codec = excluded.codec, chunk_count = excluded.chunk_count, bytes = excluded.bytes`,
      [trackId, bitrateKbps, codec, chunkCount, bytes],
    )
  }
}

/** Holders in the order of their ids, so that two tracks of the same people cannot wait for each other. */
async function writeRights(client: PoolClient, { trackId, tags }: TrackRecord): Promise<void> {
  const shares = defaultShares(tags.artist, tags.composers)
    .map((share) => ({ ...share, holderId: rightsHolderIdOf(share.name) }))
    .sort((a, b) => (a.holderId < b.holderId ? -1 : 1))
  for (const { holderId, name, num, den } of shares) {
    await client.query(
      'INSERT INTO rights_holders (holder_id, name) VALUES ($1, $2) ON CONFLICT (holder_id) DO NOTHING',
      [holderId, name],
    )
    await client.query(
      `INSERT INTO track_rights (track_id, holder_id, share_num, share_den) VALUES ($1, $2, $3, $4)
       ON CONFLICT (track_id, holder_id) DO UPDATE SET share_num = excluded.share_num, share_den = excluded.share_den`,
      [trackId, holderId, num, den],
    )
  }
}
