/** Owns tunes: a motif over the chords of a phrase, said again with small changes, so that the ear knows it. */

import { chordDegrees } from './harmony.ts'
import { pick } from './seeded-random.ts'

/** A note of a tune; degree in the scale, time in beats from the start of the phrase. */
export interface TuneNote {
  readonly beat: number
  readonly beats: number
  readonly degree: number
}

/** Lengths in beats that fill a bar, by beats in the bar. */
const RHYTHMS: { readonly [beats: number]: readonly (readonly number[])[] } = {
  3: [[2, 1], [1, 1, 1], [1.5, 0.5, 1], [3]],
  4: [
    [1, 1, 2],
    [1.5, 0.5, 2],
    [2, 1, 1],
    [0.5, 0.5, 1, 2],
    [1, 1.5, 1.5],
    [3, 1],
  ],
}

/** The highest and lowest degree of a tune: it must be singable. */
const RANGE = { low: -1, high: 9 } as const

/** A phrase as long as `progression`, one chord a bar. The second half repeats the rhythm of the first and comes home. */
export function composePhrase(
  progression: readonly number[],
  beatsPerBar: 3 | 4,
  random: () => number,
): readonly TuneNote[] {
  const half = Math.max(1, Math.floor(progression.length / 2))
  const rhythms = Array.from({ length: half }, () => pick(random, RHYTHMS[beatsPerBar] ?? [[beatsPerBar]]))
  const notes: TuneNote[] = []
  let degree = 4
  for (const [bar, chord] of progression.entries()) {
    const rhythm = rhythms[bar % half] ?? [beatsPerBar]
    const last = bar === progression.length - 1
    let beat = bar * beatsPerBar
    for (const [index, beats] of rhythm.entries()) {
      degree = index === 0 ? nearest(chordDegrees(chord, 3), degree) : step(degree, random)
      if (last && index === rhythm.length - 1) degree = nearest([0], degree)
      notes.push({ beat, beats, degree })
      beat += beats
    }
  }
  return notes
}

/** Mostly to a neighbour, at times over one; at the edge of the range, back. */
function step(degree: number, random: () => number): number {
  const next = degree + pick(random, [-2, -1, -1, 1, 1, 2])
  if (next > RANGE.high) return degree - 1
  return next < RANGE.low ? degree + 1 : next
}

/** Of `degrees`, in any octave of the range, the one nearest to `from`. */
function nearest(degrees: readonly number[], from: number): number {
  let best = from
  let distance = Number.POSITIVE_INFINITY
  for (const base of degrees) {
    for (const degree of [base - 7, base, base + 7, base + 14]) {
      if (degree < RANGE.low || degree > RANGE.high || Math.abs(degree - from) >= distance) continue
      best = degree
      distance = Math.abs(degree - from)
    }
  }
  return best
}
