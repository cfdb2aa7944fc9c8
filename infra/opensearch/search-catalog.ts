/** Owns searching the catalog: what is called so goes first; what is only like it is looked for when that is little. */

import { MOST_FOUND } from '../../protocol/search-bounds.ts'
import { TimedOut } from '../runtime/within.ts'
import { alike, exactly, isAskable, mostAlike, type Question } from './asking.ts'
import { CATALOG } from './catalog-index.ts'
import type { OpenSearch } from './client.ts'
import type { CatalogDocument, Kind } from './documents.ts'

export interface CatalogQuery {
  readonly text: string
  /** None: all of them. */
  readonly kinds: readonly Kind[]
  /** ISO 3166-1 alpha-2: only what may be found there. */
  readonly country: string
  readonly withExplicit: boolean
  readonly offset: number
  readonly limit: number
}

export interface FoundInCatalog {
  /** As far as `MOST_FOUND`. */
  readonly total: number
  readonly documents: readonly CatalogDocument[]
  /** By its own account, of all that was asked for this. */
  readonly tookMs: number
}

/** Beyond so many nobody wonders whether he has misspelt it. */
const ENOUGH = 3
const GIVE_UP_MS = 900

/**
 * @throws {TimedOut} when OpenSearch has not gone through all of it in time: what it has by then may be nothing, and says nothing of
 * the rest, nor whether another question is worth its price.
 */
export async function searchCatalog(client: Pick<OpenSearch, 'search'>, query: CatalogQuery): Promise<FoundInCatalog> {
  if (!isAskable(query.text)) return { total: 0, documents: [], tookMs: 0 }
  const exact = await ask(client, query, exactly(query.text))
  if (exact.total >= ENOUGH) return exact
  const like = after(exact, await ask(client, query, alike(query.text)))
  if (like.total > 0) return like
  return after(like, await ask(client, query, mostAlike(query.text)))
}

const after = (before: FoundInCatalog, found: FoundInCatalog): FoundInCatalog => ({
  ...found,
  tookMs: before.tookMs + found.tookMs,
})

async function ask(
  client: Pick<OpenSearch, 'search'>,
  query: CatalogQuery,
  question: Question,
): Promise<FoundInCatalog> {
  const { kinds, country, withExplicit, offset, limit } = query
  const filter = [...question.filter]
  if (kinds.length > 0) filter.push({ terms: { kind: kinds } })
  // Few are: what is left out is looked at by itself, not with each that is found.
  const must_not: object[] = [{ term: { not_in: country } }, limitedTo(country)]
  if (!withExplicit) must_not.push({ term: { is_explicit: true } })
  const answer = await client.search({
    index: CATALOG,
    body: {
      from: Math.min(offset, MOST_FOUND),
      size: Math.max(0, Math.min(limit, MOST_FOUND - offset)),
      timeout: `${GIVE_UP_MS}ms`,
      track_total_hits: MOST_FOUND,
      query: {
        bool: {
          must: question.must,
          filter,
          must_not,
          should: [...question.should, { rank_feature: { field: 'popularity', boost: 6, saturation: { pivot: 40 } } }],
        },
      },
    } as never,
  })
  const { hits, took, timed_out, _shards } = answer.body
  if (timed_out) throw new TimedOut(GIVE_UP_MS)
  if (_shards.failed > 0) throw new Error(`OpenSearch could not look through ${_shards.failed} of its shards`)
  const total = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0)
  return {
    total: Math.min(total, MOST_FOUND),
    documents: hits.hits.map(({ _source }) => _source as unknown as CatalogDocument),
    tookMs: took,
  }
}

/** To other countries alone. */
const limitedTo = (country: string) => ({
  bool: { filter: [{ term: { is_limited: true } }], must_not: [{ term: { only_in: country } }] },
})
