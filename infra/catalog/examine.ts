/** Owns what is found out about a sound file before it is taken, and the refusal of one that is too long or damaged: nothing of it is written until then. */

import { type Measurement, measureLoudness } from '../ffmpeg/loudness.ts'
import { type Probe, probeAudio } from '../ffmpeg/probe.ts'
import { damageOf } from './damage.ts'
import { TrackProblem } from './track-record.ts'

export interface Longest {
  readonly ms: number
  /** What to do about a file that is longer. */
  readonly remedy: string
}

export interface Examined {
  readonly probe: Probe
  readonly measured: Measurement
}

/** @throws {TrackProblem} saying why it cannot be taken; an FfmpegError when it is no sound. */
export async function examine(path: string, longest: Longest, signal: AbortSignal): Promise<Examined> {
  const probe = await probeAudio(path, signal)
  const declaredMs = probe.declaredMs ?? 0
  if (declaredMs > longest.ms) throw tooLong(`it says ${told(declaredMs)} of itself`, longest)
  const measured = await measureLoudness(path, longest.ms, signal)
  // Files that do not say how long they are, and those that lie.
  if (measured.decodedMs > longest.ms) throw tooLong('there is more in it, whatever it says of itself', longest)
  const damage = damageOf(probe, measured)
  if (damage !== undefined) throw new TrackProblem(damage)
  return { probe, measured }
}

const tooLong = (why: string, { ms, remedy }: Longest) =>
  new TrackProblem(`too long: ${told(ms)} are taken at the most, and ${why}; ${remedy}`)

const told = (ms: number) => (ms < 600_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} minutes`)
