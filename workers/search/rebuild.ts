/** Owns building the index anew beside the one that is searched, from the rows as they are, while changes go on. */

import { CATALOG_MODEL } from '../../infra/opensearch/catalog-index.ts'
import { beginIndex, finishIndex, knownIndices } from '../../infra/opensearch/catalog-indices.ts'
import type { OpenSearch } from '../../infra/opensearch/client.ts'
import { type CatalogDocument, KINDS } from '../../infra/opensearch/documents.ts'
import { OpenSearchFull, writeDocuments } from '../../infra/opensearch/write-documents.ts'
import type { PoolClient } from '../../infra/postgres/client.ts'
import { untilDone } from '../retry.ts'
import { readInOrder } from './read-documents.ts'
import { filesNow, logPlace, placeNow } from './reading.ts'

const PAGE = 4_000
/** Of one page: with the pauses between them, about four minutes. */
const MOST_REFUSALS = 50
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000'

interface Page {
  /** From before it was read. */
  readonly version: number
  readonly documents: readonly CatalogDocument[]
}
const NO_PAGE: Page = { version: 0, documents: [] }

export interface Rebuilt {
  readonly index: string
  readonly documents: number
}

/**
 * Builds it and puts it in place. The worker writes every change to both from the moment the new one is there, so that a row which
 * changes after it was read here is read there again; what was read here before is the older, and gives way.
 */
export async function rebuild(
  client: OpenSearch,
  rows: PoolClient,
  signal: AbortSignal,
  progress: (documents: number) => void = () => {},
): Promise<Rebuilt> {
  const index = await beginIndex(client, { at: await placeNow(rows), files: await filesNow(rows) }, Date.now())
  let documents = 0
  // All of the rest need not be made again for want of room for a page.
  const write = (page: Page) => {
    let refusals = 0
    return untilDone(() => writeDocuments(client, { indices: [index], ...page, gone: [] }), {
      signal,
      onFailure(error) {
        refusals += 1
        if (!(error instanceof OpenSearchFull) || refusals > MOST_REFUSALS) throw error
      },
    })
  }
  for (const kind of KINDS) {
    const read = async (after: string): Promise<Page> => ({
      version: logPlace(await placeNow(rows)),
      documents: await readInOrder(rows, kind, after, PAGE),
    })
    // PostgreSQL reads a page while OpenSearch writes the one before.
    for (let page = await read(BEFORE_ALL); page.documents.length > 0; ) {
      signal.throwIfAborted()
      const last = page.documents.length < PAGE ? undefined : page.documents.at(-1)
      const [next] = await Promise.all([last === undefined ? NO_PAGE : read(last.id), write(page)])
      documents += page.documents.length
      progress(documents)
      page = next
    }
  }
  await finishIndex(client, index)
  return { index, documents }
}

/** Why there has to be another index than the one that is searched; undefined: it is as it should be. */
export async function whyRebuild(client: OpenSearch, rows: PoolClient): Promise<string | undefined> {
  const searched = (await knownIndices(client)).find(({ isSearched }) => isSearched)
  if (searched === undefined) return 'there is none'
  if (searched.model !== CATALOG_MODEL) return 'it was made by another model'
  const captures = await rows.query<{ begun_at: string }>(
    'SELECT max(begun_at)::text AS begun_at FROM catalog_captures',
  )
  const capturedSince = captures.rows[0]?.begun_at
  if (capturedSince && logPlace(searched.begun.at) < logPlace(capturedSince))
    return 'changes were not told of for a while'
  if (searched.begun.files !== (await filesNow(rows))) return 'a table was emptied at once, or written anew'
  return undefined
}
