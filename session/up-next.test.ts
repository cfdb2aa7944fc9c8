import { describe, expect, it } from 'vitest'
import { aTrack } from './fixtures.ts'
import { upNextAfter } from './up-next.ts'

const numbered = (n: number, album = 'Low Water') =>
  aTrack({ track_id: `018f0000-0000-7000-8000-00000000000${n}`, title: `No. ${n}`, album })

describe('up next', () => {
  const album = [1, 2, 3, 4].map((n) => numbered(n))
  const others = [7, 8].map((n) => numbered(n, 'High Water'))

  it('Q7 is the rest of the album, then more by the artist, and says why', () => {
    const list = upNextAfter(numbered(2), { album, byArtist: [...album, ...others], suggestions: [] }, () => true)
    expect(list.map((track) => track.title)).toEqual(['No. 3', 'No. 4', 'No. 1', 'No. 7', 'No. 8'])
    expect(list.map((track) => track.why)).toEqual([
      'next on Low Water',
      'next on Low Water',
      'more by The Ferrymen',
      'more by The Ferrymen',
      'more by The Ferrymen',
    ])
  })

  it('Q7 leaves out what was played already', () => {
    const played = new Set([numbered(3).track_id, numbered(7).track_id])
    const list = upNextAfter(
      numbered(2),
      { album, byArtist: others, suggestions: [] },
      ({ track_id }) => !played.has(track_id),
    )
    expect(list.map((track) => track.title)).toEqual(['No. 4', 'No. 8'])
  })

  it('Q7 what others heard comes after the album, before the artist, and sooner where it speaks louder', () => {
    const suggestion = (n: number, score: number) => ({
      track: numbered(n, 'Elsewhere'),
      score,
      why: `because of ${n}`,
    })
    const candidates = {
      album,
      byArtist: others,
      suggestions: [suggestion(5, 0.3), suggestion(6, 0.6), suggestion(8, 0.3)],
    }
    const list = upNextAfter(numbered(2), candidates, ({ title }) => title !== 'No. 5')
    expect(list.map(({ title, why }) => [title, why])).toEqual([
      ['No. 6', 'because of 6'],
      ['No. 3', 'next on Low Water'],
      ['No. 4', 'next on Low Water'],
      ['No. 8', 'because of 8'],
      ['No. 7', 'more by The Ferrymen'],
    ])
  })

  it('C7 a reason is no longer than its message allows, and ends with a whole character', () => {
    const why = `because you played ${'x'.repeat(107)}😀 and more`
    const [first] = upNextAfter(
      numbered(1),
      { album: [], byArtist: [], suggestions: [{ track: numbered(2), score: 1, why }] },
      () => true,
    )
    expect(first?.why).toBe(`because you played ${'x'.repeat(107)}…`)
  })

  it('stays short', () => {
    const many = Array.from({ length: 60 }, (_, n) => aTrack({ track_id: `t${n}` }))
    expect(upNextAfter(numbered(1), { album: many, byArtist: [], suggestions: [] }, () => true).length).toBe(20)
  })
})
