/** Owns what the catalog says, as the page holds it: artists, albums, tracks, and finding among them. Pure. */

export interface CatalogTrack {
  readonly track_id: string
  readonly title: string
  readonly track_number: number | null
  readonly duration_ms: number
  readonly isrc: string
}

export interface CatalogAlbum {
  readonly album_id: string
  readonly title: string
  readonly released_on?: string | null
  readonly tracks: readonly CatalogTrack[]
}

export interface CatalogArtist {
  readonly artist_id: string
  readonly name: string
  readonly albums: readonly CatalogAlbum[]
}

export interface Catalog {
  readonly artists: readonly CatalogArtist[]
}

/** The part of the catalog where every word of `sought` is in the artist, album or track. All of it for no words. */
export function find(catalog: Catalog, sought: string): Catalog {
  const words = plain(sought).split(/\s+/).filter(Boolean)
  if (words.length === 0) return catalog
  const artists = catalog.artists.flatMap((artist) => {
    const albums = artist.albums.flatMap((album) => {
      const around = plain(`${artist.name} ${album.title}`)
      const tracks = album.tracks.filter((track) => {
        const text = `${around} ${plain(track.title)}`
        return words.every((word) => text.includes(word))
      })
      return tracks.length === 0 ? [] : [{ ...album, tracks }]
    })
    return albums.length === 0 ? [] : [{ ...artist, albums }]
  })
  return { artists }
}

/** What there is of an artist or of an album. */
export function partOf(catalog: Catalog, kind: string, id: string): Catalog {
  const artists = catalog.artists.flatMap((artist) => {
    if (kind === 'artist') return artist.artist_id === id ? [artist] : []
    const albums = artist.albums.filter(({ album_id }) => album_id === id)
    return albums.length === 0 ? [] : [{ ...artist, albums }]
  })
  return { artists }
}

/** The album that `trackId` is on; nothing when the catalog has none. */
export function albumOf(catalog: Catalog, trackId: string): { album?: string; album_id?: string } {
  for (const { albums } of catalog.artists) {
    for (const { album_id, title, tracks } of albums) {
      if (tracks.some(({ track_id }) => track_id === trackId)) return { album_id, album: title }
    }
  }
  return {}
}

/** How many tracks there are, for saying so. */
export function trackCount(catalog: Catalog): number {
  return catalog.artists.reduce(
    (sum, artist) => sum + artist.albums.reduce((tracks, album) => tracks + album.tracks.length, 0),
    0,
  )
}

/** Without case and accents, so that a plain keyboard finds `Köln`. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
}
