import { beforeEach, describe, expect, it } from 'vitest'
import { aTrack } from '../session/fixtures.ts'
import type { Track } from '../session/track.ts'
import { type Catalog, createCatalog } from './catalog.ts'

const track = aTrack({ track_id: 'one' })
const next = aTrack({ track_id: 'two' })
let found: Map<string, Track | 'withdrawn'>
let away: boolean
let asked: string[]
let catalog: Catalog
let nowMs: number

beforeEach(() => {
  ;[away, asked, nowMs] = [false, [], 1]
  found = new Map([
    ['one', track],
    ['two', next],
  ])
  const answer = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what)
    if (away) throw new Error('away')
    return value
  }
  const playable = () => [...found.values()].filter((known) => known !== 'withdrawn')
  catalog = createCatalog(
    {
      findTrack: (id) => answer(`track ${id}`, found.get(id)),
      albumTracks: (id) => answer(`album ${id}`, playable()),
      artistTracks: (id) => answer(`artist ${id}`, playable()),
    },
    { now: () => nowMs },
  )
})

describe('the catalog of a gateway', () => {
  it('asks once for what is fresh, neighbours included', async () => {
    const both = await Promise.all([catalog.listing('one'), catalog.listing('one')])
    expect(both[0]).toEqual({ track, album: [track, next], byArtist: [track, next] })
    expect(catalog.listing('two')).toEqual({ track: next, album: [track, next], byArtist: [track, next] })
    expect(asked.length).toBe(3)
  })

  it('remembers while the source is away, however long, and what it never saw it does not know', async () => {
    await catalog.listing('one')
    away = true
    nowMs += 3_600_000
    expect(await catalog.listing('one')).toMatchObject({ track })
    expect(await catalog.listing('two')).toMatchObject({ track: next })
    await expect(catalog.listing('three')).rejects.toThrow('away')
    away = false
    found.delete('two')
    expect(await catalog.listing('two')).toBeUndefined()
  })

  it('does not remember a track that was withdrawn', async () => {
    await catalog.listing('one')
    nowMs += 61_000
    found.set('one', 'withdrawn')
    expect(await catalog.listing('one')).toBe('withdrawn')
    away = true
    nowMs += 61_000
    await expect(catalog.listing('one')).rejects.toThrow('away')
  })
})
