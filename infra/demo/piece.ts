/** Owns what a piece of the demo catalog is made from. */

import type { Key } from './harmony.ts'
import type { InstrumentName } from './instruments.ts'

/** How an artist sounds. */
export interface Style {
  readonly beatsPerBar: 3 | 4
  readonly chords: InstrumentName
  readonly arpeggio: InstrumentName
  readonly bass: InstrumentName
  readonly melody: InstrumentName
  /** Notes in a chord. */
  readonly voices: 3 | 4
  /** Arpeggio notes in a beat. */
  readonly arpeggioRate: 1 | 2 | 4
  /** Drums by step: sixteen steps of a bar of four, twelve of a bar of three; `x` loud, `o` soft. */
  readonly drums: { readonly kick: string; readonly snare: string; readonly hat: string }
  /** How late every second step comes, as a part of a step. */
  readonly swing: number
  /** How much room is heard, 0 … 1. */
  readonly room: number
}

export interface Piece {
  readonly title: string
  readonly composers: readonly string[]
  readonly seed: number
  readonly bpm: number
  readonly key: Key
  /** Degrees of the chords, one a bar. */
  readonly progression: readonly number[]
  readonly lengthS: number
}
