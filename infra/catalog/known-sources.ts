/** Owns asking which files are in the catalog already. */

import type { Pool } from '../postgres/client.ts'

export type SourceState = 'ingesting' | 'available' | 'withdrawn'

/** The state of the track made from the file with `sourceHash`, if there is one. */
export async function sourceState(pool: Pool, sourceHash: string): Promise<SourceState | undefined> {
  const { rows } = await pool.query<{ status: SourceState }>('SELECT status FROM tracks WHERE source_hash = $1', [
    sourceHash,
  ])
  return rows[0]?.status
}
