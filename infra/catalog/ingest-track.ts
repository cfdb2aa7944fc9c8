/** Owns the way of one file into the catalog: hash, examine, claim, encode, upload, publish. */

import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeLadder } from '../ffmpeg/encode.ts'
import { staticGainDb } from '../ffmpeg/gain.ts'
import type { Pool } from '../postgres/client.ts'
import type { AudioStore } from './audio-store.ts'
import { trackIdOf } from './catalog-ids.ts'
import { claimTrack } from './claim-track.ts'
import { examine, type Longest } from './examine.ts'
import { sourceState } from './known-sources.ts'
import { publishTrack } from './publish-track.ts'
import { sourceHash } from './source-hash.ts'
import { readTrackTags } from './track-tags.ts'

export interface IngestServers {
  readonly pool: Pool
  readonly store: AudioStore
}

/** What the files of one run share. */
export interface IngestShared {
  readonly workFolder: string
  /** Hashes that were begun: a second copy of a file is left out. */
  readonly begun: Set<string>
  readonly longest: Longest
  readonly signal: AbortSignal
}

export interface IngestedTrack {
  readonly trackId: string
  readonly durationMs: number
  readonly chunks: number
  readonly bytes: number
}

/** What became of a sound file: its track, or `present` when the catalog had it already. */
export async function ingestTrack(
  { pool, store }: IngestServers,
  path: string,
  { workFolder, begun, longest, signal }: IngestShared,
): Promise<IngestedTrack | 'present'> {
  const hash = await sourceHash(path, signal)
  if (begun.has(hash)) return 'present'
  begun.add(hash)
  const state = await sourceState(pool, hash)
  // A withdrawn track stays withdrawn: bringing it back is a decision, not an accident of where a file lies.
  if (state === 'available' || state === 'withdrawn') return 'present'

  const { probe, measured } = await examine(path, longest, signal)
  const { integratedLufs, truePeakDbtp } = measured
  const track = {
    trackId: trackIdOf(hash),
    sourceHash: hash,
    tags: readTrackTags(probe.tags, path),
    durationMs: Math.max(1, Math.round(measured.decodedMs)),
    loudnessLufs: integratedLufs,
    truePeakDbtp,
    gainDb: staticGainDb(integratedLufs, truePeakDbtp),
  }
  await claimTrack(pool, track)

  const folder = await mkdtemp(join(workFolder, 'track-'))
  try {
    const { gainDb } = track
    const settings = { source: path, folder, gainDb, sampleRateHz: probe.sampleRateHz, longestMs: longest.ms }
    const encoded = await encodeLadder(settings, signal)
    const renditions = await store.put(track.trackId, encoded, signal)
    await publishTrack(pool, track, renditions)
    return {
      trackId: track.trackId,
      durationMs: track.durationMs,
      chunks: renditions.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
      bytes: renditions.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
