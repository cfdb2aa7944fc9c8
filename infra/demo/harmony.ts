/** Owns notes: scales, and the chords that stand on their degrees. */

/** Semitones above the root. */
export const SCALES = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  lydian: [0, 2, 4, 6, 7, 9, 11],
} as const satisfies Record<string, readonly number[]>

export type ScaleName = keyof typeof SCALES

export interface Key {
  /** MIDI number of the root, around the middle of the keyboard. */
  readonly root: number
  readonly scale: ScaleName
}

/** The MIDI number of a degree, counted from 0 and over any number of octaves. */
export function noteOf({ root, scale }: Key, degree: number): number {
  const steps = SCALES[scale]
  const octave = Math.floor(degree / steps.length)
  return root + 12 * octave + (steps[degree - octave * steps.length] ?? 0)
}

/** The degrees of a chord on `degree`, moved by octaves to lie near the root, so that chords lead smoothly into each other. */
export function chordDegrees(degree: number, voices: number): number[] {
  const stacked = Array.from({ length: voices }, (_, index) => degree + 2 * index)
  return stacked.map((tone) => (tone > 6 ? tone - 7 : tone)).sort((a, b) => a - b)
}
