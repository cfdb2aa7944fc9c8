/** Owns putting the demo catalog where there is none: made in a temporary folder, then ingested like any music. */

import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ingestFolder } from '../catalog/ingest.ts'
import { withIngestServers } from '../catalog/ingest-servers.ts'
import { summaryLines, sumOutcomes } from '../catalog/ingest-summary.ts'
import { longestTrackConfig } from '../catalog/longest-track.ts'
import type { Pool } from '../postgres/client.ts'
import { readEnv } from '../runtime/env.ts'
import { type DemoSize, type DemoTrack, demoTracks } from './demo-tracks.ts'
import { makeDemoFiles } from './make-demo-files.ts'

export interface DemoOptions {
  /** `tiny`: three tracks of 70 to 90 s, for tests. */
  readonly size?: DemoSize
  readonly signal?: AbortSignal
}

/** Loads the demo catalog and tells how many tracks were loaded: 0 when music is there. One that was interrupted is finished. */
export async function loadDemoCatalog(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
  { size = 'full', signal = new AbortController().signal }: DemoOptions = {},
): Promise<{ tracks: number }> {
  return withIngestServers(env, async (servers) => {
    const missing = await missingTracks(servers.pool, demoTracks(size))
    if (missing.length === 0) return { tracks: 0 }
    const folder = await mkdtemp(join(tmpdir(), 'segue-demo-'))
    try {
      const began = performance.now()
      report(`making the demo catalog: ${missing.length} tracks`)
      let made = 0
      await makeDemoFiles(missing, folder, signal, ({ piece, album }) => {
        report(`composed ${++made}/${missing.length}: ${album.artist} – ${piece.title}`)
      })
      let done = 0
      const outcomes = await ingestFolder(servers, {
        folder,
        concurrency: availableParallelism(),
        longest: readEnv(env, longestTrackConfig),
        signal,
        onOutcome: () => report(`encoded ${++done}/${missing.length}`),
      })
      const summary = sumOutcomes(outcomes, performance.now() - began)
      for (const line of summaryLines(summary)) report(line)
      if (summary.failures.length > 0) {
        throw new Error(`the demo catalog is not whole: ${summary.failures.map(({ reason }) => reason).join('; ')}`)
      }
      return { tracks: summary.tracks }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/** The demo tracks to make: none when other music is there without them, or when all are done. */
async function missingTracks(pool: Pool, wanted: readonly DemoTrack[]): Promise<readonly DemoTrack[]> {
  const { rows } = await pool.query<{ isrc: string; status: string }>('SELECT isrc, status FROM tracks')
  const status = new Map(rows.map((row) => [row.isrc, row.status]))
  if (rows.length > 0 && !wanted.some(({ isrc }) => status.has(isrc))) return []
  return wanted.filter(({ isrc }) => (status.get(isrc) ?? 'ingesting') === 'ingesting')
}
