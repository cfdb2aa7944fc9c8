/** Owns telling a damaged file from a whole one: nobody is to be paid for half a song. */

import type { Measurement } from '../ffmpeg/loudness.ts'
import type { Probe } from '../ffmpeg/probe.ts'

/** Declared and decoded length may differ by an encoder's padding, and by this part of the whole where length is an estimate. */
const PADDING_MS = 250
const ESTIMATE = 0.01

/** Formats that are either bit-exact or broken. A lossy decoder conceals a bad packet, and so do we. */
const LOSSLESS = /^(flac$|pcm_)/

/** Why the file must not be taken, or undefined when it is sound. */
export function damageOf(probe: Probe, measured: Measurement): string | undefined {
  const { declaredMs } = probe
  if (declaredMs !== undefined && declaredMs - measured.decodedMs > PADDING_MS + declaredMs * ESTIMATE) {
    const [decoded, declared] = [measured.decodedMs, declaredMs].map((ms) => (ms / 1_000).toFixed(1))
    return `damaged: only ${decoded} s of ${declared} s can be decoded`
  }
  const [first] = measured.decodeErrors
  if (first !== undefined && LOSSLESS.test(probe.codec)) return `damaged: ${first}`
  return undefined
}
