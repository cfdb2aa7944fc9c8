/** Owns what the index holds of the catalog: a document a track, artist, album or public playlist. */

import { FOUND_KINDS, type FoundKind } from '../../protocol/vocabulary.ts'

export const KINDS = FOUND_KINDS
export type Kind = FoundKind

export interface CatalogDocument {
  readonly kind: Kind
  readonly id: string
  /** Of an artist its name. */
  readonly title: string
  readonly artist?: string
  readonly artist_id?: string
  readonly album?: string
  readonly album_id?: string
  readonly duration_ms?: number
  /** Of a playlist. */
  readonly tracks?: number
  readonly is_explicit: boolean
  /** Countries, or '*'. */
  readonly only_in: readonly string[]
  readonly not_in: readonly string[]
  /** From 1 on; absent: nobody listens. */
  readonly popularity?: number
}

/** Which document: what is at it is looked up when it is written. */
export interface DocumentKey {
  readonly kind: Kind
  readonly id: string
}

export const documentId = ({ kind, id }: DocumentKey): string => `${kind}:${id}`
