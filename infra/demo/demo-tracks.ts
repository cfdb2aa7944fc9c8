/** Owns the list of demo tracks: all of them, or three short ones for tests. */

import { DEMO_ALBUMS, type DemoAlbum } from './demo-artists.ts'
import type { Piece } from './piece.ts'

export interface DemoTrack {
  readonly album: DemoAlbum
  readonly piece: Piece
  /** A code of the demo's own range: XX is no country, DEM says demo. */
  readonly isrc: string
  readonly trackNumber: number
}

export type DemoSize = 'full' | 'tiny'

/** Long enough to be paid for and to seek in, quick to make: two of one album, one of another artist. */
const TINY: readonly { readonly title: string; readonly lengthS: number }[] = [
  { title: 'Neon Umbrella', lengthS: 88 },
  { title: 'Coin Return', lengthS: 74 },
  { title: 'Dust Sheets', lengthS: 70 },
]

const ALL: readonly DemoTrack[] = DEMO_ALBUMS.flatMap((album) =>
  album.pieces.map((piece, index) => ({ album, piece, trackNumber: index + 1 })),
).map((track, index) => ({ ...track, isrc: `XXDEM25${String(index + 1).padStart(5, '0')}` }))

export function demoTracks(size: DemoSize): readonly DemoTrack[] {
  if (size === 'full') return ALL
  return TINY.flatMap(({ title, lengthS }) =>
    ALL.filter(({ piece }) => piece.title === title).map((track) => ({ ...track, piece: { ...track.piece, lengthS } })),
  )
}
