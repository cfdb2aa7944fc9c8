/** Owns what a search has found, as rows to pick: where each is what was asked for, what it is, and the way by keys. */

import type { Found } from '../../../protocol/client/index.ts'
import { artwork } from '../artwork.ts'
import { element } from '../element.ts'
import { clockText, countOf } from '../figure-text.ts'

export type Hit = Found['hits'][number]

export interface FoundActs {
  pick(trackId: string): void
  /** An artist or an album: what is on the page of it. */
  open(hit: Hit): void
}

const KIND_TEXT: Readonly<Record<Hit['kind'], string>> = {
  track: 'Track',
  artist: 'Artist',
  album: 'Album',
  playlist: 'Playlist',
}

/** @param rows where rows of tracks are noted, by track */
export function foundList(found: Found, rows: Map<string, HTMLButtonElement>, acts: FoundActs): HTMLElement {
  return element('ol', { class: 'found' }, ...found.hits.map((hit) => element('li', {}, foundRow(hit, rows, acts))))
}

function foundRow(hit: Hit, rows: Map<string, HTMLButtonElement>, { pick, open }: FoundActs): HTMLButtonElement {
  const row = element(
    'button',
    {
      class: 'track found-row',
      attributes: { type: 'button', ...(hit.kind === 'track' ? { 'data-track-id': hit.id } : {}) },
      on: { click: () => (hit.kind === 'track' ? pick(hit.id) : open(hit)) },
    },
    element('span', { class: `found-art of-${hit.kind}` }, artwork(hit.album_id ?? hit.id)),
    element(
      'span',
      { class: 'found-names' },
      element(
        'span',
        { class: 'track-title' },
        element('span', { class: 'unseen', text: hit.kind === 'track' ? 'Play ' : `${KIND_TEXT[hit.kind]} ` }),
        ...marked(hit.title, hit.title_marks),
        ...(hit.is_explicit
          ? [element('abbr', { class: 'explicit', text: 'E', attributes: { title: 'explicit' } })]
          : []),
      ),
      element('span', { class: 'found-of quiet' }, ...ofWhat(hit)),
    ),
    element('span', {
      class: 'track-length quiet',
      text: hit.duration_ms === undefined ? KIND_TEXT[hit.kind] : clockText(hit.duration_ms),
    }),
  )
  if (hit.kind === 'track') rows.set(hit.id, row)
  return row
}

function ofWhat(hit: Hit): readonly (Node | string)[] {
  const { artist, album, tracks } = hit
  const parts: (Node | string)[] = []
  if (artist !== undefined) parts.push(...marked(artist, hit.artist_marks))
  if (album !== undefined) parts.push(', ', ...marked(album, hit.album_marks))
  if (tracks !== undefined) parts.push(parts.length === 0 ? '' : ', ', countOf(tracks, 'track'))
  return parts
}

function marked(text: string, marks: readonly number[] = []): readonly (Node | string)[] {
  const parts: (Node | string)[] = []
  let at = 0
  for (let i = 0; i + 1 < marks.length; i += 2) {
    const [begin = 0, end = 0] = marks.slice(i)
    parts.push(text.slice(at, begin), element('mark', { text: text.slice(begin, end) }))
    at = end
  }
  return [...parts, text.slice(at)]
}
