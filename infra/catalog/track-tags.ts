/** Owns what the tags of a file mean, and what stands in for those that are missing. */

import { basename, dirname, extname } from 'node:path'
import { readIsrc } from './isrc.ts'

export interface TrackTags {
  readonly title: string
  readonly artist: string
  /** Whom the album is credited to: the track's artist, unless the file says otherwise. */
  readonly albumArtist: string
  readonly album: string
  readonly composers: readonly string[]
  /** ISO 8601 date; a bare year is its 1 January. */
  readonly releasedOn: string | undefined
  /** The code as the file gives it; undefined when there is none or it is malformed. */
  readonly isrc: string | undefined
  readonly discNumber: number | undefined
  readonly trackNumber: number | undefined
}

export const UNKNOWN_ARTIST = 'Unknown artist'

/** The names a field has in Vorbis comments, ID3 and RIFF INFO as ffprobe tells them, in lower case; the first found is taken. */
const NAMES = {
  title: ['title', 'tit2'],
  artist: ['artist', 'tpe1'],
  albumArtist: ['album_artist', 'albumartist', 'album artist', 'tpe2'],
  album: ['album', 'talb'],
  composer: ['composer', 'tcom'],
  date: ['date', 'originaldate', 'year', 'tdrc', 'tyer'],
  isrc: ['isrc', 'tsrc'],
  disc: ['disc', 'discnumber', 'tpos'],
  track: ['track', 'tracknumber', 'trck'],
} as const

/** What the protocol allows for a name. */
const MAX_TEXT = 512

/** Reads `tags`, whose names are in lower case, of the file at `path`. */
export function readTrackTags(tags: ReadonlyMap<string, string>, path: string): TrackTags {
  const text = (field: keyof typeof NAMES): string | undefined => {
    for (const name of NAMES[field]) {
      const value = plainText(tags.get(name) ?? '')
      if (value !== '') return value
    }
    return undefined
  }
  const artist = text('artist') ?? UNKNOWN_ARTIST
  return {
    title: text('title') ?? nameOr(basename(path, extname(path)), 'Untitled'),
    artist,
    albumArtist: text('albumArtist') ?? artist,
    album: text('album') ?? nameOr(basename(dirname(path)), 'Unknown album'),
    composers: severalNames(text('composer')),
    releasedOn: readDate(text('date')),
    isrc: readIsrc(text('isrc') ?? ''),
    discNumber: readPlace(text('disc')),
    trackNumber: readPlace(text('track')),
  }
}

/** One line without control characters, within bounds, never ending in half a surrogate pair. */
function plainText(value: string): string {
  const line = value
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
  return line.length <= MAX_TEXT
    ? line
    : line
        .slice(0, MAX_TEXT)
        .replace(/[\uD800-\uDBFF]$/, '')
        .trim()
}

function nameOr(name: string, otherwise: string): string {
  const plain = plainText(name)
  return plain === '' || plain === '.' ? otherwise : plain
}

/** ffprobe joins repeated comments with a semicolon, and people write several names so as well. */
function severalNames(text: string | undefined): string[] {
  const names = new Map<string, string>()
  for (const name of (text ?? '').split(';').map((part) => part.trim())) {
    const key = name.toLowerCase()
    if (name !== '' && !names.has(key)) names.set(key, name)
  }
  return [...names.values()]
}

/** `2007`, `2007-05`, `2007-05-31` and anything that begins so; a date the calendar does not have is none. */
function readDate(text: string | undefined): string | undefined {
  const groups = /^(?<year>[0-9]{4})(?:-(?<month>[0-9]{2})(?:-(?<day>[0-9]{2}))?)?/.exec(text ?? '')?.groups
  if (groups?.year === undefined || groups.year === '0000') return undefined
  const iso = `${groups.year}-${groups.month ?? '01'}-${groups.day ?? '01'}`
  const date = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined
}

/** `3` or `3/12`. */
function readPlace(text: string | undefined): number | undefined {
  const place = Number.parseInt(text ?? '', 10)
  return place > 0 && place < 100_000 ? place : undefined
}
