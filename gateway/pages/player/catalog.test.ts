/** Owns the test of finding in the catalog. */

import { expect, test } from 'vitest'
import { type Catalog, find, partOf, trackCount } from './catalog.ts'

const track = (title: string, at: number) => ({
  track_id: `t-${title}`,
  title,
  track_number: at,
  duration_ms: 1,
  isrc: 'XX',
})

const catalog: Catalog = {
  artists: [
    {
      artist_id: 'a1',
      name: 'Köln Ensemble',
      albums: [
        {
          album_id: 'b1',
          title: 'Night Trains',
          released_on: '2024-01-01',
          tracks: [track('Platform', 1), track('Rails', 2)],
        },
        { album_id: 'b2', title: 'Harbour', tracks: [track('Low Tide', 1)] },
      ],
    },
    { artist_id: 'a2', name: 'Mira', albums: [{ album_id: 'b3', title: 'Rails', tracks: [track('One', 1)] }] },
  ],
}

const titles = (sought: string) =>
  find(catalog, sought).artists.flatMap(({ albums }) =>
    albums.flatMap(({ tracks }) => tracks.map(({ title }) => title)),
  )

test('no words leave the catalog whole', () => {
  expect(find(catalog, '  ')).toBe(catalog)
  expect(trackCount(catalog)).toBe(4)
})

test('a part is what there is of an artist, or of an album', () => {
  expect(trackCount(partOf(catalog, 'artist', 'a1'))).toBe(3)
  expect(partOf(catalog, 'album', 'b2').artists.map(({ name }) => name)).toEqual(['Köln Ensemble'])
  expect(trackCount(partOf(catalog, 'album', 'b2'))).toBe(1)
})

test('every word must be in the artist, the album or the track', () => {
  expect(titles('rails')).toEqual(['Rails', 'One'])
  expect(titles('koln rail')).toEqual(['Rails'])
  expect(titles('HARBOUR tide')).toEqual(['Low Tide'])
  expect(titles('nothing like it')).toEqual([])
})
