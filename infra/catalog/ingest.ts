/** Owns taking a folder of music into the catalog: several files at a time, each on its own, so that a broken one stops nothing. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { FfmpegError } from '../ffmpeg/run.ts'
import { findAudioFiles } from './audio-files.ts'
import type { Longest } from './examine.ts'
import { type IngestedTrack, type IngestServers, type IngestShared, ingestTrack } from './ingest-track.ts'
import { TrackProblem } from './track-record.ts'

export type Outcome =
  | { readonly kind: 'ingested'; readonly file: string; readonly track: IngestedTrack }
  | { readonly kind: 'present'; readonly file: string }
  | { readonly kind: 'failed'; readonly file: string; readonly reason: string }

export interface IngestRun {
  readonly folder: string
  /** Files worked on at a time: ffmpeg keeps one core busy for each. */
  readonly concurrency: number
  /** What is longer is refused. */
  readonly longest: Longest
  readonly signal: AbortSignal
  onFound?(files: number): void
  onOutcome?(outcome: Outcome): void
}

/**
 * Ingests every audio file of the folder and tells what became of each, in the order of their paths.
 * @throws the reason of the signal when that is aborted, and what a server of ours throws: the rest is then left for a rerun.
 */
export async function ingestFolder(servers: IngestServers, run: IngestRun): Promise<Outcome[]> {
  const files = await findAudioFiles(run.folder)
  run.onFound?.(files.length)
  const workFolder = await mkdtemp(join(tmpdir(), 'segue-ingest-'))
  // One server away means that no file can be taken, so the first such failure ends the others.
  const failed = new AbortController()
  const signal = AbortSignal.any([run.signal, failed.signal])
  const shared = { workFolder, begun: new Set<string>(), longest: run.longest, signal }
  const limit = pLimit(run.concurrency)
  try {
    const work = files.map((file) =>
      limit(async () => {
        signal.throwIfAborted()
        const outcome = await attempt(servers, file, shared)
        run.onOutcome?.(outcome)
        return outcome
      }).catch((error: unknown) => {
        failed.abort(error)
        throw error
      }),
    )
    // All must have ended before their folder is removed; the first failure is the one told.
    await Promise.allSettled(work)
    return await Promise.all(work)
  } finally {
    await rm(workFolder, { recursive: true, force: true })
  }
}

async function attempt(servers: IngestServers, file: string, shared: IngestShared): Promise<Outcome> {
  try {
    const track = await ingestTrack(servers, file, shared)
    return track === 'present' ? { kind: 'present', file } : { kind: 'ingested', file, track }
  } catch (error) {
    if (shared.signal.aborted || !liesInFile(error)) throw error
    return { kind: 'failed', file, reason: error.message }
  }
}

/** Errors of the file system that concern one file, by their code. */
const FILE_CODES: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'ENOENT', 'EIO', 'EISDIR'])

function liesInFile(error: unknown): error is Error {
  if (error instanceof FfmpegError || error instanceof TrackProblem) return true
  return error instanceof Error && 'code' in error && FILE_CODES.has(error.code)
}
