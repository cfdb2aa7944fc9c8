/** Owns the identifiers of the catalog: made from what they name, so that an ingest run again, anywhere, gives the same ones. */

import { derivedId } from '../runtime/derived-id.ts'

export type CatalogKind = 'track' | 'artist' | 'album' | 'rights-holder' | 'demo'

export const trackIdOf = (sourceHash: string): string => idOf('track', sourceHash)
export const artistIdOf = (name: string): string => idOf('artist', sameName(name))
export const albumIdOf = (artistName: string, title: string): string =>
  idOf('album', `${sameName(artistName)}\n${sameName(title)}`)
export const rightsHolderIdOf = (name: string): string => idOf('rights-holder', sameName(name))
/** Of what the demo makes up besides music. */
export const demoIdOf = (what: string): string => idOf('demo', what)

/** Names that differ in case, in spaces or in how an accent is written are one name. */
function sameName(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
}

function idOf(kind: CatalogKind, text: string): string {
  return derivedId(kind, text)
}
