/** Owns the static gain: every track is brought to one loudness, as far as its peaks allow; nothing is compressed. */

/** What streaming services play at (AES TD1008 puts the range at -16 … -14). */
export const TARGET_LUFS = -14
/** Room for what a lossy encoder adds between samples. */
export const MAX_TRUE_PEAK_DBTP = -1

/** At or below this R128 heard nothing, and silence is not turned up. */
const SILENCE_LUFS = -70
/** ffmpeg tells loudness and peak to 0.1 dB: the true value may be this much higher. */
const ROUNDING_DB = 0.05

/** The gain in dB for a track of `integratedLufs` whose highest true peak is `truePeakDbtp`. */
export function staticGainDb(integratedLufs: number, truePeakDbtp: number): number {
  if (integratedLufs <= SILENCE_LUFS) return 0
  const byLoudness = TARGET_LUFS - integratedLufs
  const byPeak = MAX_TRUE_PEAK_DBTP - ROUNDING_DB - truePeakDbtp
  return Math.round(Math.min(byLoudness, byPeak) * 100) / 100
}
