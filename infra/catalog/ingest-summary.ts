/** Owns the sum of an ingest: what was done, how fast, and the words for it. */

import type { Outcome } from './ingest.ts'

export interface IngestSummary {
  readonly tracks: number
  readonly present: number
  readonly failures: readonly Extract<Outcome, { kind: 'failed' }>[]
  readonly audioMs: number
  readonly chunks: number
  readonly bytes: number
  readonly elapsedMs: number
}

export function sumOutcomes(outcomes: readonly Outcome[], elapsedMs: number): IngestSummary {
  const tracks = outcomes.filter((outcome) => outcome.kind === 'ingested').map(({ track }) => track)
  const sum = (of: (track: (typeof tracks)[number]) => number) => tracks.reduce((total, track) => total + of(track), 0)
  return {
    tracks: tracks.length,
    present: outcomes.filter(({ kind }) => kind === 'present').length,
    failures: outcomes.filter((outcome) => outcome.kind === 'failed'),
    audioMs: sum(({ durationMs }) => durationMs),
    chunks: sum(({ chunks }) => chunks),
    bytes: sum(({ bytes }) => bytes),
    elapsedMs,
  }
}

/** The lines that end an ingest. */
export function summaryLines(summary: IngestSummary): string[] {
  const { tracks, present, failures, audioMs, chunks, bytes, elapsedMs } = summary
  const lines = [
    `${tracks} tracks, ${(audioMs / 60_000).toFixed(1)} minutes of audio, ${chunks} chunks, ${(bytes / 1e6).toFixed(1)} MB ` +
      `in ${(elapsedMs / 1_000).toFixed(1)} s (${timesRealTime(audioMs, elapsedMs)})`,
  ]
  if (present > 0) lines.push(`${present} were in the catalog already`)
  if (failures.length > 0) {
    lines.push(`${failures.length} could not be taken:`)
    lines.push(...failures.map(({ file, reason }) => `  ${file}: ${reason}`))
  }
  return lines
}

export function timesRealTime(audioMs: number, elapsedMs: number): string {
  return `${(audioMs / Math.max(elapsedMs, 1)).toFixed(1)} × real time`
}
