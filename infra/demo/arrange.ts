/** Owns the score: which note sounds when, from the form of a piece, its chords and its tune. */

import type { DrumName } from './drums.ts'
import { chordDegrees, noteOf } from './harmony.ts'
import type { InstrumentName } from './instruments.ts'
import { composePhrase, type TuneNote } from './melody.ts'
import type { Piece, Style } from './piece.ts'
import { seededRandom } from './seeded-random.ts'

export type ScoreEvent =
  | {
      readonly kind: 'tone'
      readonly instrument: InstrumentName
      readonly midi: number
      readonly atS: number
      readonly heldS: number
      readonly level: number
      /** -1 left … 1 right. */
      readonly pan: number
    }
  | {
      readonly kind: 'drum'
      readonly drum: DrumName
      readonly atS: number
      readonly level: number
      readonly pan: number
    }

/** What plays in a part of the form. */
type Layer = 'chords' | 'arpeggio' | 'bass' | 'drums' | 'melody'

/** The form, as parts of the whole that add to one. */
const FORM: readonly { readonly part: number; readonly layers: readonly Layer[] }[] = [
  { part: 0.1, layers: ['chords', 'arpeggio'] },
  { part: 0.2, layers: ['chords', 'arpeggio', 'bass', 'drums'] },
  { part: 0.24, layers: ['chords', 'bass', 'drums', 'melody'] },
  { part: 0.12, layers: ['chords', 'melody'] },
  { part: 0.24, layers: ['chords', 'arpeggio', 'bass', 'drums', 'melody'] },
  { part: 0.1, layers: ['chords', 'bass', 'arpeggio'] },
]

/** Time for the last notes to die away. */
export const TAIL_S = 3

/** A tune over a root below it is sung an octave higher, so that every tune lies where a voice does. */
const MIDDLE_C = 60

/** The whole score; its last bar ends `TAIL_S` before the end of the piece at the latest. */
export function arrange(piece: Piece, style: Style): ScoreEvent[] {
  const barS = (style.beatsPerBar * 60) / piece.bpm
  const bars = Math.floor((piece.lengthS - TAIL_S) / barS)
  const phrase = composePhrase(piece.progression, style.beatsPerBar, seededRandom(piece.seed))
  const random = seededRandom(piece.seed ^ 0x5e6e)
  const events: ScoreEvent[] = []
  for (let bar = 0; bar < bars; bar++) {
    const layers = layersAt(bar / bars)
    const place: Place = { piece, style, bar, chord: piece.progression[bar % piece.progression.length] ?? 0, barS }
    for (const layer of layers) events.push(...LAYERS[layer](place, phrase, random))
  }
  // The piece comes home on its first chord.
  const home: Place = { piece, style, bar: bars, chord: 0, barS }
  events.push(...LAYERS.chords(home, phrase, random), ...LAYERS.bass(home, phrase, random))
  return events.filter(({ atS }) => atS < piece.lengthS)
}

function layersAt(progress: number): readonly Layer[] {
  let end = 0
  for (const { part, layers } of FORM) {
    end += part
    if (progress < end) return layers
  }
  return FORM.at(-1)?.layers ?? []
}

/** A bar of a piece. */
interface Place {
  readonly piece: Piece
  readonly style: Style
  readonly bar: number
  readonly chord: number
  readonly barS: number
}

type LayerWriter = (place: Place, phrase: readonly TuneNote[], random: () => number) => ScoreEvent[]

const LAYERS: { readonly [L in Layer]: LayerWriter } = {
  chords: ({ piece, style, bar, chord, barS }) =>
    chordDegrees(chord, style.voices).map((degree, index) => ({
      kind: 'tone',
      instrument: style.chords,
      midi: noteOf(piece.key, degree),
      atS: bar * barS,
      heldS: barS * 0.96,
      level: 0.13,
      pan: -0.5 + index / (style.voices - 1),
    })),

  arpeggio: ({ piece, style, bar, chord, barS }, _phrase, random) => {
    const degrees = chordDegrees(chord, style.voices)
    const count = style.beatsPerBar * style.arpeggioRate
    const stepS = barS / count
    return Array.from({ length: count }, (_, index) => ({
      kind: 'tone',
      instrument: style.arpeggio,
      midi: noteOf(piece.key, (degrees[index % degrees.length] ?? 0) + 7),
      atS: bar * barS + (index + (index % 2) * style.swing) * stepS,
      heldS: stepS * 0.9,
      level: 0.1 + 0.03 * random(),
      pan: index % 2 === 0 ? 0.45 : -0.45,
    }))
  },

  bass: ({ piece, style, bar, chord, barS }) => {
    const beatS = barS / style.beatsPerBar
    const beats = style.beatsPerBar === 4 ? [0, 1.5, 2.5] : [0, 2]
    return beats.map((beat, index) => ({
      kind: 'tone',
      instrument: style.bass,
      midi: noteOf(piece.key, (index === beats.length - 1 ? chord + 4 : chord) % 7) - 24,
      atS: bar * barS + beat * beatS,
      heldS: beatS * (index === 0 ? 1.2 : 0.8),
      level: 0.34,
      pan: 0,
    }))
  },

  drums: ({ style, bar, barS }, _phrase, random) =>
    (['kick', 'snare', 'hat'] as const).flatMap((drum) => {
      const pattern = style.drums[drum]
      const stepS = barS / pattern.length
      return Array.from(pattern).flatMap((mark, step) =>
        mark === '.'
          ? []
          : {
              kind: 'drum' as const,
              drum,
              atS: bar * barS + (step + (step % 2) * style.swing) * stepS,
              level: (mark === 'x' ? 0.5 : 0.26) * (0.9 + 0.2 * random()),
              pan: drum === 'hat' ? 0.3 : 0,
            },
      )
    }),

  melody: ({ piece, style, bar, barS }, phrase) => {
    const beatS = barS / style.beatsPerBar
    const inPhrase = (bar % piece.progression.length) * style.beatsPerBar
    return phrase
      .filter(({ beat }) => beat >= inPhrase && beat < inPhrase + style.beatsPerBar)
      .map(({ beat, beats, degree }) => ({
        kind: 'tone',
        instrument: style.melody,
        midi: noteOf(piece.key, degree) + (piece.key.root < MIDDLE_C ? 12 : 0),
        atS: bar * barS + (beat - inPhrase) * beatS,
        heldS: beats * beatS * 0.92,
        level: 0.19,
        pan: 0.1,
      }))
  },
}
