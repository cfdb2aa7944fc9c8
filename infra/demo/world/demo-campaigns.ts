/** Owns what is advertised in the demo: campaigns, and what each of their creatives sounds like. */

import { albumIdOf, demoIdOf } from '../../catalog/catalog-ids.ts'
import { DEMO_ALBUMS } from '../demo-artists.ts'
import type { Piece, Style } from '../piece.ts'

export interface DemoCreative {
  readonly id: string
  readonly title: string
  /** As it is before its audio is made, which says how long it is. */
  readonly durationMs: number
  readonly skipAfterMs: number | null
  readonly piece: Piece
  readonly style: Style
}

export interface DemoCampaign {
  readonly id: string
  readonly advertiser: { readonly id: string; readonly name: string }
  readonly name: string
  readonly clickUrl: string
  readonly dailyBudgetMicros: number
  readonly capImpressions: number
  /** With a control group, by which it is told whether they listen to it more. */
  readonly promotedAlbumId: string | null
  readonly controlPercent: number
  readonly creatives: readonly DemoCreative[]
}

/** A small tune for tea, on a struck bar and plucked strings. */
const KETTLE: Style = {
  beatsPerBar: 4,
  chords: 'strings',
  arpeggio: 'marimba',
  bass: 'bass',
  melody: 'bell',
  voices: 3,
  arpeggioRate: 2,
  drums: { kick: 'x.......x.......', snare: '................', hat: '....o.......o...' },
  swing: 0.15,
  room: 0.6,
}

const jingle = (title: string, seed: number, lengthS: number): Piece => ({
  title,
  composers: [],
  seed,
  bpm: 104,
  key: { root: 62, scale: 'major' },
  progression: [0, 3, 4, 0],
  lengthS,
})

const creative = (
  name: string,
  { piece, style, skipAfterMs }: Pick<DemoCreative, 'piece' | 'style' | 'skipAfterMs'>,
): DemoCreative => ({
  id: demoIdOf(`creative ${name}`),
  title: piece.title,
  durationMs: piece.lengthS * 1_000,
  skipAfterMs,
  piece,
  style,
})

const [ALBUM] = DEMO_ALBUMS
const [OPENER] = ALBUM?.pieces ?? []
if (ALBUM === undefined || OPENER === undefined) throw new Error('the demo has no album to advertise')

export const DEMO_CAMPAIGNS: readonly DemoCampaign[] = [
  {
    id: demoIdOf('campaign'),
    advertiser: { id: demoIdOf('advertiser'), name: 'Fennel & Rye Tea' },
    name: 'Slow mornings',
    clickUrl: 'https://fennel-and-rye.example/mornings',
    dailyBudgetMicros: 50_000_000,
    capImpressions: 3,
    promotedAlbumId: null,
    controlPercent: 0,
    creatives: [
      creative('kettle', { piece: jingle('Put the kettle on', 71, 15), style: KETTLE, skipAfterMs: null }),
      creative('rain', { piece: jingle('Rain on the roof', 72, 20), style: KETTLE, skipAfterMs: 5_000 }),
    ],
  },
  {
    id: demoIdOf('campaign album'),
    advertiser: { id: demoIdOf('advertiser label'), name: 'Saltmarsh Records' },
    name: `${ALBUM.artist}: ${ALBUM.title}`,
    clickUrl: 'https://saltmarsh-records.example/low-water-charts',
    dailyBudgetMicros: 20_000_000,
    capImpressions: 4,
    promotedAlbumId: albumIdOf(ALBUM.artist, ALBUM.title),
    controlPercent: 20,
    creatives: [
      creative('album', {
        // What is advertised, in short.
        piece: { ...OPENER, title: `${ALBUM.title}, out now`, bpm: 96, lengthS: 18 },
        style: ALBUM.style,
        skipAfterMs: null,
      }),
    ],
  },
]
