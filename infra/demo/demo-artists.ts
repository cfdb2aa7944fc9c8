/** Owns the demo catalog: artists who do not exist, their albums, and what each piece is made from. */

import type { Piece, Style } from './piece.ts'

export interface DemoAlbum {
  readonly artist: string
  readonly title: string
  readonly releasedOn: string
  readonly style: Style
  readonly pieces: readonly Piece[]
}

const DRIFT: Style = {
  beatsPerBar: 4,
  chords: 'pad',
  arpeggio: 'bell',
  bass: 'bass',
  melody: 'flute',
  voices: 4,
  arpeggioRate: 2,
  drums: { kick: 'x.......o.......', snare: '........o.......', hat: '....o.......o...' },
  swing: 0,
  room: 0.9,
}

const LANTERN: Style = {
  beatsPerBar: 4,
  chords: 'organ',
  arpeggio: 'harp',
  bass: 'bass',
  melody: 'reed',
  voices: 3,
  arpeggioRate: 4,
  drums: { kick: 'x...x...x...x...', snare: '....o.......o...', hat: '..o...o...o...o.' },
  swing: 0,
  room: 0.4,
}

const PARADE: Style = {
  beatsPerBar: 4,
  chords: 'keys',
  arpeggio: 'marimba',
  bass: 'bass',
  melody: 'marimba',
  voices: 3,
  arpeggioRate: 4,
  drums: { kick: 'x..o..x.x..o..x.', snare: '....o..o....o...', hat: 'o.oxo.oxo.oxo.ox' },
  swing: 0.1,
  room: 0.3,
}

const SORREL: Style = {
  beatsPerBar: 3,
  chords: 'strings',
  arpeggio: 'harp',
  bass: 'strings',
  melody: 'flute',
  voices: 3,
  arpeggioRate: 2,
  drums: { kick: 'o...........', snare: '............', hat: '....o...o...' },
  swing: 0,
  room: 0.8,
}

const STATIC: Style = {
  beatsPerBar: 4,
  chords: 'keys',
  arpeggio: 'bell',
  bass: 'bass',
  melody: 'keys',
  voices: 4,
  arpeggioRate: 1,
  drums: { kick: 'x.....o.x.......', snare: '....x.......x...', hat: 'o.o.o.o.o.o.o.o.' },
  swing: 0.33,
  room: 0.5,
}

export const DEMO_ALBUMS: readonly DemoAlbum[] = [
  {
    artist: 'Marlow Tidewell',
    title: 'Low Water Charts',
    releasedOn: '2021-03-19',
    style: DRIFT,
    pieces: [
      {
        title: 'Slack Tide',
        composers: ['Marlow Tidewell'],
        seed: 11,
        bpm: 76,
        key: { root: 57, scale: 'dorian' },
        progression: [0, 3, 5, 4],
        lengthS: 178,
      },
      {
        title: 'Foghorn at Four',
        composers: ['Marlow Tidewell', 'Ines Caldbeck'],
        seed: 12,
        bpm: 70,
        key: { root: 55, scale: 'minor' },
        progression: [0, 5, 2, 6],
        lengthS: 151,
      },
      {
        title: 'Shallows',
        composers: ['Marlow Tidewell'],
        seed: 13,
        bpm: 82,
        key: { root: 60, scale: 'lydian' },
        progression: [0, 1, 4, 0],
        lengthS: 124,
      },
    ],
  },
  {
    artist: 'Nine Paper Lanterns',
    title: 'Arcade Weather',
    releasedOn: '2023-06-02',
    style: LANTERN,
    pieces: [
      {
        title: 'Neon Umbrella',
        composers: ['Tomas Brandholt'],
        seed: 21,
        bpm: 112,
        key: { root: 60, scale: 'major' },
        progression: [0, 4, 5, 3],
        lengthS: 166,
      },
      {
        title: 'Coin Return',
        composers: ['Tomas Brandholt', 'Yuki Arimoto'],
        seed: 22,
        bpm: 118,
        key: { root: 62, scale: 'minor' },
        progression: [0, 5, 2, 6, 0, 5, 3, 4],
        lengthS: 142,
      },
    ],
  },
  {
    artist: 'Nine Paper Lanterns',
    title: 'Closing Time Sessions',
    releasedOn: '2024-11-08',
    style: { ...LANTERN, chords: 'pad', melody: 'bell', arpeggioRate: 2, room: 0.7 },
    pieces: [
      {
        title: 'Last Credit',
        composers: ['Yuki Arimoto'],
        seed: 23,
        bpm: 96,
        key: { root: 58, scale: 'major' },
        progression: [5, 3, 0, 4],
        lengthS: 118,
      },
    ],
  },
  {
    artist: 'Okapi Parade',
    title: 'Market Day',
    releasedOn: '2022-09-30',
    style: PARADE,
    pieces: [
      {
        title: 'Seven Baskets',
        composers: [],
        seed: 31,
        bpm: 104,
        key: { root: 62, scale: 'mixolydian' },
        progression: [0, 6, 3, 0],
        lengthS: 133,
      },
      {
        title: 'Bargain Song',
        composers: [],
        seed: 32,
        bpm: 98,
        key: { root: 57, scale: 'major' },
        progression: [0, 3, 4, 3],
        lengthS: 109,
      },
    ],
  },
  {
    artist: 'Hedwig Sorrel',
    title: 'Waltzes for an Empty House',
    releasedOn: '2019-10-11',
    style: SORREL,
    pieces: [
      {
        title: 'The Staircase',
        composers: ['Hedwig Sorrel'],
        seed: 41,
        bpm: 92,
        key: { root: 57, scale: 'minor' },
        progression: [0, 3, 6, 2, 5, 3, 4, 0],
        lengthS: 139,
      },
      {
        title: 'Dust Sheets',
        composers: ['Hedwig Sorrel'],
        seed: 42,
        bpm: 84,
        key: { root: 60, scale: 'major' },
        progression: [0, 5, 3, 4],
        lengthS: 98,
      },
    ],
  },
  {
    artist: 'Lofthouse Static',
    title: 'Radiator Notes',
    releasedOn: '2025-01-17',
    style: STATIC,
    pieces: [
      {
        title: 'Kettle, Window, Rain',
        composers: ['Bram Lofthouse'],
        seed: 51,
        bpm: 78,
        key: { root: 60, scale: 'major' },
        progression: [1, 4, 0, 5],
        lengthS: 127,
      },
      {
        title: 'Third Floor Hum',
        composers: ['Bram Lofthouse', 'Ines Caldbeck'],
        seed: 52,
        bpm: 84,
        key: { root: 58, scale: 'dorian' },
        progression: [0, 3, 0, 6],
        lengthS: 93,
      },
    ],
  },
]
