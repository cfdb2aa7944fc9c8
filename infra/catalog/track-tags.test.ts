import { expect, test } from 'vitest'
import { readTrackTags, UNKNOWN_ARTIST } from './track-tags.ts'

const tagsOf = (tags: Record<string, string>) =>
  readTrackTags(new Map(Object.entries(tags)), '/music/Some Album/07 song.flac')

test('reads what the file says', () => {
  expect(
    tagsOf({
      title: 'Song',
      artist: 'Ann',
      album_artist: 'Various',
      album: 'Album',
      composer: 'Bo; Cy;bo',
      date: '2007-05-31',
      isrc: 'GB-EMI-03-00013',
      tracknumber: '3/12',
      disc: '2',
    }),
  ).toEqual({
    title: 'Song',
    artist: 'Ann',
    albumArtist: 'Various',
    album: 'Album',
    composers: ['Bo', 'Cy'],
    releasedOn: '2007-05-31',
    isrc: 'GBEMI0300013',
    trackNumber: 3,
    discNumber: 2,
  })
})

test('the names of files and folders stand in for what is missing', () => {
  expect(tagsOf({})).toEqual({
    title: '07 song',
    artist: UNKNOWN_ARTIST,
    albumArtist: UNKNOWN_ARTIST,
    album: 'Some Album',
    composers: [],
    releasedOn: undefined,
    isrc: undefined,
    trackNumber: undefined,
    discNumber: undefined,
  })
})

test('reads the ID3 names that ffprobe passes on', () => {
  expect(tagsOf({ tsrc: 'GBEMI0300013', track: '4' })).toMatchObject({ isrc: 'GBEMI0300013', trackNumber: 4 })
})

test.each([
  ['2007', '2007-01-01'],
  ['2007-05', '2007-05-01'],
  ['2007-05-31T12:00:00Z', '2007-05-31'],
  ['2007-02-30', undefined],
  ['0000', undefined],
  ['yesterday', undefined],
])('reads the date %s', (date, expected) => {
  expect(tagsOf({ date }).releasedOn).toBe(expected)
})

test.each(['0', '-1', 'A1', ''])('a track number of %j is none', (track) => {
  expect(tagsOf({ track }).trackNumber).toBeUndefined()
})

test('control characters, blanks and excess length do not reach the books', () => {
  expect(tagsOf({ title: ' A\u0000B\nC ', artist: '   ' })).toMatchObject({ title: 'A B C', artist: UNKNOWN_ARTIST })
  expect(tagsOf({ title: `${'x'.repeat(511)}😀` }).title).toBe('x'.repeat(511))
})
