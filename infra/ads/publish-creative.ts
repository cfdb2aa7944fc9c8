/** Owns the way of a creative's audio into the object store: measured, encoded and cut as a track is, under the creative's id. */

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AudioStore } from '../catalog/audio-store.ts'
import { examine } from '../catalog/examine.ts'
import { encodeLadder } from '../ffmpeg/encode.ts'
import { staticGainDb } from '../ffmpeg/gain.ts'
import { inTransaction, type Pool } from '../postgres/client.ts'

/** As the books have it of a creative. */
const LONGEST = { ms: 120_000, remedy: 'cut it' }

export interface CreativeAudio {
  readonly creativeId: string
  readonly path: string
  readonly workFolder: string
}

/** The creative, which is in the books already, can be played from now on. */
export async function publishCreative(
  { pool, store }: { readonly pool: Pool; readonly store: AudioStore },
  { creativeId, path, workFolder }: CreativeAudio,
  signal: AbortSignal,
): Promise<void> {
  const { probe, measured } = await examine(path, LONGEST, signal)
  const folder = await mkdtemp(join(workFolder, 'creative-'))
  try {
    // As loud as the music around it.
    const gainDb = staticGainDb(measured.integratedLufs, measured.truePeakDbtp)
    const settings = { source: path, folder, gainDb, sampleRateHz: probe.sampleRateHz, longestMs: LONGEST.ms }
    const encoded = await encodeLadder(settings, signal)
    const renditions = await store.put(creativeId, encoded, signal)
    await inTransaction(pool, async (client) => {
      await client.query('UPDATE creatives SET duration_ms = $2 WHERE creative_id = $1', [
        creativeId,
        Math.round(measured.decodedMs),
      ])
      for (const { bitrateKbps, codec, chunkCount, bytes } of renditions) {
        await client.query(
          `INSERT INTO creative_renditions (creative_id, bitrate_kbps, codec, chunk_count, bytes) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (creative_id, bitrate_kbps)
           DO UPDATE SET codec = excluded.codec, chunk_count = excluded.chunk_count, bytes = excluded.bytes`,
          [creativeId, bitrateKbps, codec, chunkCount, bytes],
        )
      }
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
