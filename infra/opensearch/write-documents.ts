/** Owns the writing of documents: each with the place in PostgreSQL's log that it was read at, so that an older reading never replaces a newer one. */

import { errors } from '@opensearch-project/opensearch'
import type { OpenSearch } from './client.ts'
import { type CatalogDocument, type DocumentKey, documentId } from './documents.ts'
import { inLatinLetters } from './latin-letters.ts'

export interface Writing {
  readonly indices: readonly string[]
  /** Of PostgreSQL's log, from before the rows were read. */
  readonly version: number
  readonly documents: readonly CatalogDocument[]
  /** What is not, or no longer, to be found. */
  readonly gone: readonly DocumentKey[]
}

export interface Written {
  readonly written: number
  readonly deleted: number
  /** A later reading was there already. */
  readonly older: number
}

interface Outcome {
  readonly status: number
  readonly error?: { readonly type: string; readonly reason: string }
}

const CONFLICT = 409
const NOT_FOUND = 404
const FULL = 429

/** OpenSearch has no room for it, in its memory or its queue. It has when it is asked again later; what it took of it stands. */
export class OpenSearchFull extends Error {
  override readonly name = 'OpenSearchFull'
}

/** @throws {OpenSearchFull} */
export async function writeDocuments(client: Pick<OpenSearch, 'bulk'>, writing: Writing): Promise<Written> {
  const { indices, version, documents, gone } = writing
  const at = { version, version_type: 'external' as const }
  const sources = documents.map((document) => [documentId(document), sourceOf(document)] as const)
  const body: object[] = []
  for (const _index of indices) {
    for (const [_id, source] of sources) body.push({ index: { _index, _id, ...at } }, source)
    for (const key of gone) body.push({ delete: { _index, _id: documentId(key), ...at } })
  }
  const counts = { written: 0, deleted: 0, older: 0 }
  if (body.length === 0) return counts
  const answer = await client.bulk({ body: body as never }).catch((cause: unknown) => {
    if (cause instanceof errors.ResponseError && cause.statusCode === FULL)
      throw new OpenSearchFull('OpenSearch has no room for documents right now', { cause })
    throw cause
  })
  for (const item of answer.body.items as readonly { readonly index?: Outcome; readonly delete?: Outcome }[]) {
    const { status, error } = item.index ?? item.delete ?? { status: 0 }
    if (status === CONFLICT) counts.older += 1
    else if (status === FULL) throw new OpenSearchFull(`OpenSearch has no room for a document: ${error?.reason}`)
    else if (error !== undefined) throw new Error(`OpenSearch did not take a document: ${error.type}, ${error.reason}`)
    else if (item.index !== undefined) counts.written += 1
    else if (status !== NOT_FOUND) counts.deleted += 1
  }
  return counts
}

function sourceOf(document: CatalogDocument): object {
  const { title, artist, album, only_in } = document
  const names = [title, artist, album].flatMap((name) => (name === undefined ? [] : [name]))
  return {
    ...document,
    is_limited: !only_in.includes('*'),
    all: [...names, ...names.flatMap((name) => inLatinLetters(name) ?? [])].join(' '),
  }
}
