/** Owns what a run looks up before it begins: the tracks of the catalog that is tested. */

import exec from 'k6/execution'
import http from 'k6/http'
import { settings } from './given.ts'

export interface Found {
  readonly tracks: readonly string[]
}

interface Catalog {
  readonly artists: readonly {
    readonly albums: readonly { readonly tracks: readonly { readonly track_id: string }[] }[]
  }[]
}

const ENOUGH_TRACKS = 1_000

export function findTracks(token: string): Found {
  const [url = ''] = settings.urls
  const address = `${url.replace(/^ws/, 'http').replace(/\/ws$/, '')}/api/catalog`
  const answer = http.get(address, { headers: { Authorization: `Bearer ${token}` } })
  if (answer.status !== 200)
    exec.test.abort(`${address} answered ${answer.status || answer.error}: nothing can be played`)
  const { artists } = JSON.parse(String(answer.body)) as Catalog
  const tracks = artists.flatMap(({ albums }) =>
    albums.flatMap((album) => album.tracks.map(({ track_id }) => track_id)),
  )
  if (tracks.length === 0) exec.test.abort(`${address} lists no track`)
  return { tracks: tracks.slice(0, ENOUGH_TRACKS) }
}
