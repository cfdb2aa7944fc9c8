/** Owns the catalog on the page: artists, their albums, and tracks to pick. */

import type { Found } from '../../../protocol/client/index.ts'
import { MOST_FOUND } from '../../../protocol/search-bounds.ts'
import { artwork } from '../artwork.ts'
import { element } from '../element.ts'
import { clockText, countOf, lengthText } from '../figure-text.ts'
import {
  type Catalog,
  type CatalogAlbum,
  type CatalogArtist,
  type CatalogTrack,
  find,
  partOf,
  trackCount,
} from './catalog.ts'
import { foundList, type Hit } from './found-list.ts'
import { searchBox } from './search-box.ts'

export interface CatalogView {
  readonly element: HTMLElement
  /** Marks the track that plays, or stands. */
  setCurrent(trackId: string | undefined, playing: boolean): void
}

export interface CatalogViewParts {
  readonly catalog: Catalog
  pick(trackId: string): void
  search(sought: string): Promise<Found>
}

const LIST_ID = 'catalog-list'

export function catalogView({ catalog, pick, search }: CatalogViewParts): CatalogView {
  const rows = new Map<string, HTMLButtonElement>()
  const list = element('div', { class: 'artists', attributes: { id: LIST_ID } })
  const told = element('p', { class: 'quiet told', attributes: { role: 'status' } })
  let current: { trackId: string | undefined; playing: boolean } = { trackId: undefined, playing: false }

  const show = (found: Catalog) => {
    rows.clear()
    list.replaceChildren(...found.artists.map((artist) => artistSection(artist, rows, pick)))
    const count = trackCount(found)
    told.textContent =
      trackCount(catalog) === 0
        ? 'The catalog is empty. Ingest some music and reload this page.'
        : count === 0
          ? 'Nothing is called that.'
          : `${countOf(count, 'track')} by ${countOf(found.artists.length, 'artist')}`
    mark()
  }
  const mark = () => {
    for (const [trackId, row] of rows) {
      const is = trackId === current.trackId
      row.classList.toggle('current', is)
      row.classList.toggle('sounding', is && current.playing)
      if (is) row.setAttribute('aria-current', 'true')
      else row.removeAttribute('aria-current')
    }
  }

  const showFound = (found: Found) => {
    rows.clear()
    list.replaceChildren(foundList(found, rows, { pick, open }))
    told.textContent = found.total === 0 ? 'Nothing is called that.' : `${foundText(found)} found`
    mark()
  }
  const open = ({ kind, id }: Hit) => {
    box.clear()
    show(partOf(catalog, kind, id))
    box.element.focus()
  }
  const box = searchBox({
    controls: LIST_ID,
    ask: search,
    show: showFound,
    away: (sought) => {
      show(find(catalog, sought))
      told.textContent = `Search is away for now; of what this page has: ${told.textContent ?? ''}`
    },
    cleared: () => show(catalog),
    rows: () => [...list.querySelectorAll<HTMLButtonElement>('button.track')],
  })
  show(catalog)
  return {
    element: element(
      'main',
      { class: 'catalog' },
      element('div', { class: 'catalog-head' }, element('h1', { text: 'Catalog' }), box.element),
      told,
      list,
    ),
    setCurrent(trackId, playing) {
      if (trackId === current.trackId && playing === current.playing) return
      current = { trackId, playing }
      mark()
    },
  }
}

const foundText = ({ total }: Found) => (total >= MOST_FOUND ? `${MOST_FOUND} or more` : String(total))

function artistSection(artist: CatalogArtist, rows: Map<string, HTMLButtonElement>, pick: (trackId: string) => void) {
  return element(
    'section',
    { class: 'artist' },
    element('h2', { text: artist.name }),
    ...artist.albums.map((album) => albumBlock(album, rows, pick)),
  )
}

function albumBlock(album: CatalogAlbum, rows: Map<string, HTMLButtonElement>, pick: (trackId: string) => void) {
  const first = album.tracks[0]
  const year = album.released_on?.slice(0, 4)
  const total = album.tracks.reduce((sum, track) => sum + track.duration_ms, 0)
  return element(
    'article',
    { class: 'album' },
    element('div', { class: 'sleeve' }, artwork(album.album_id)),
    element(
      'div',
      { class: 'album-body' },
      element(
        'div',
        { class: 'album-head' },
        element('h3', { text: album.title }),
        element('p', {
          class: 'quiet',
          text: [year, countOf(album.tracks.length, 'track'), lengthText(Math.round(total / 60_000) * 60_000)]
            .filter(Boolean)
            .join(', '),
        }),
        ...(first === undefined
          ? []
          : [
              element('button', {
                class: 'button small',
                text: 'Play album',
                attributes: { type: 'button', 'aria-label': `Play album ${album.title}` },
                on: { click: () => pick(first.track_id) },
              }),
            ]),
      ),
      element('ol', { class: 'tracks' }, ...album.tracks.map((track, at) => trackRow(track, at + 1, rows, pick))),
    ),
  )
}

function trackRow(
  track: CatalogTrack,
  place: number,
  rows: Map<string, HTMLButtonElement>,
  pick: (trackId: string) => void,
) {
  const row = element(
    'button',
    {
      class: 'track',
      attributes: { type: 'button', 'data-track-id': track.track_id },
      on: { click: () => pick(track.track_id) },
    },
    element(
      'span',
      { class: 'track-number', attributes: { 'aria-hidden': 'true' } },
      element('span', { class: 'digits', text: String(track.track_number ?? place) }),
      element('span', { class: 'sound' }, element('i'), element('i'), element('i')),
    ),
    element('span', { class: 'track-title' }, element('span', { class: 'unseen', text: 'Play ' }), track.title),
    element('span', { class: 'track-length quiet', text: clockText(track.duration_ms) }),
  )
  rows.set(track.track_id, row)
  return element('li', {}, row)
}
