import { describe, expect, it } from 'vitest'
import type { Found } from '../protocol/messages/found.ts'
import { soughtIn } from './sought.ts'

type Hit = Found['hits'][number]
const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`
const [BAND, ALBUM] = [id(1), id(2)]
const hit = (kind: Hit['kind'], n: number, title: string, more: Partial<Hit> = {}): Hit => ({
  kind,
  id: id(n),
  title,
  is_explicit: false,
  ...more,
})
const track = (n: number, title: string, more: Partial<Hit> = {}): Hit =>
  hit('track', n, title, {
    artist: 'Sigur Rós',
    artist_id: BAND,
    album: 'Takk...',
    album_id: ALBUM,
    duration_ms: 268_000,
    ...more,
  })
const sought = (...hits: Hit[]) => soughtIn(hits).map(({ track: { title }, why }) => `${title}: ${why}`)

describe('what a search says of what may come next', () => {
  it('Q19 is the track, or what there is of the artist or album, that is called as was asked for, in the order found', () => {
    const [first, second] = [track(3, 'Glósóli'), track(4, 'Hoppípolla')]
    expect(sought({ ...first, title_marks: [0, 7] }, second)).toEqual(['Glósóli: because you searched for Glósóli'])
    const why = 'because you searched for Sigur Rós'
    const elsewhere = track(5, 'Rós', { artist_id: id(9) })
    const band = hit('artist', 1, 'Sigur Rós', { title_marks: [0, 5, 6, 9] })
    expect(sought(band, second, elsewhere, first)).toEqual([`Hoppípolla: ${why}`, `Glósóli: ${why}`])
    // Dots are nobody's to type.
    const album = hit('album', 2, 'Takk...', { title_marks: [0, 4], artist: 'Sigur Rós' })
    expect(sought(album, second, track(6, 'Takk', { album_id: id(8) }))).toEqual([
      'Hoppípolla: because you searched for Takk...',
    ])
    const [one, other] = soughtIn([band, second, first])
    expect(one?.score).toBeGreaterThan(other?.score ?? 1)
  })

  it('Q19 is nothing while a name is typed, of a playlist, and of a track that cannot be listed', () => {
    expect(sought()).toEqual([])
    expect(sought({ ...track(3, 'Glósóli'), title_marks: [0, 4] })).toEqual([])
    expect(sought(track(3, 'Glósóli', { artist_marks: [0, 5] }))).toEqual([])
    expect(sought(hit('artist', 1, 'Sigur Rós', { title_marks: [0, 5, 6, 7] }), track(3, 'Glósóli'))).toEqual([])
    expect(sought(hit('playlist', 7, 'Rainy', { title_marks: [0, 5] }), track(3, 'Glósóli'))).toEqual([])
    const { artist_id: _unknown, ...unknown } = track(3, 'Glósóli', { title_marks: [0, 7] })
    expect(sought(unknown)).toEqual([])
  })
})
