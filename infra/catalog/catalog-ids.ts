/**
 * Owns the identifiers of the catalog: made from what they name, so that an ingest run again, anywhere, gives the same ones.
 * They are UUIDs of version 8 (RFC 9562, 5.8), whose bits the maker chooses: here the first of a SHA-256.
 */

import { createHash } from 'node:crypto'

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
  const bytes = createHash('sha256').update(`segue:${kind}:${text}`).digest()
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
