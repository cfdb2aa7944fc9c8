import { describe, expect, it } from 'vitest'
import { aTrack } from './fixtures.ts'
import { upNextAfter } from './up-next.ts'

const numbered = (n: number, album = 'Low Water') =>
  aTrack({ track_id: `018f0000-0000-7000-8000-00000000000${n}`, title: `No. ${n}`, album })

describe('up next', () => {
  const album = [1, 2, 3, 4].map((n) => numbered(n))
  const others = [7, 8].map((n) => numbered(n, 'High Water'))

  it('Q7 is the rest of the album, then more by the artist, and says why', () => {
    const list = upNextAfter(numbered(2), album, [...album, ...others], new Set())
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
    const list = upNextAfter(numbered(2), album, others, played)
    expect(list.map((track) => track.title)).toEqual(['No. 4', 'No. 8'])
  })

  it('stays short', () => {
    const many = Array.from({ length: 60 }, (_, n) => aTrack({ track_id: `t${n}` }))
    expect(upNextAfter(numbered(1), many, [], new Set()).length).toBe(20)
  })
})
