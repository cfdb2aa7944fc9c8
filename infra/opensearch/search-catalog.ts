/** Owns how the catalog is asked: what every word is found in exactly goes first; what is only like it is looked for when that is little. */

import { MOST_FOUND } from '../../protocol/search-bounds.ts'
import { CATALOG } from './catalog-index.ts'
import type { OpenSearch } from './client.ts'
import type { CatalogDocument, Kind } from './documents.ts'
import { fold, foldedWords } from './folded-words.ts'

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
}

/** Beyond so many nobody wonders whether he has misspelt it. */
const ENOUGH = 3
const MOST_JOINED = 6
const GIVE_UP = '900ms'

export async function searchCatalog(client: OpenSearch, query: CatalogQuery): Promise<FoundInCatalog> {
  if (foldedWords(query.text).length === 0) return { total: 0, documents: [] }
  const exact = await ask(client, query, exactly(query.text))
  if (exact.total >= ENOUGH) return exact
  return await ask(client, query, { bool: { should: [boosted(exactly(query.text)), like(query.text)] } })
}

/** Every word of it, the last perhaps not to its end. */
function exactly(text: string): object {
  const words = wordsOf(text)
  return {
    bool: {
      must: words.map((word, at) => (at < words.length - 1 ? is(word) : anyOf([is(word), begins(word)]))),
      should: [
        { term: { 'title.whole': { value: text, boost: 6 } } },
        { match: { title: { query: text, operator: 'and', boost: 2 } } },
        { match: { artist: { query: text, operator: 'and' } } },
      ],
    },
  }
}

/** Most of its words, each with a letter or two wrong; or words that belong apart, or together. */
function like(text: string): object {
  const words = wordsOf(text)
  const each = words.map((word, at) =>
    at < words.length - 1
      ? isLike(word)
      : anyOf([isLike(word), { constant_score: { filter: begins(word), boost: 2 } }]),
  )
  return anyOf([
    { bool: { should: each, minimum_should_match: '2<-1 5<-2' } },
    // Those that have all of them first, whatever else is rare or popular.
    { constant_score: { filter: { bool: { must: each } }, boost: 12 } },
    { match: { joined: { query: words.join(' '), fuzziness: 'AUTO:5,9', max_expansions: 20, boost: 2 } } },
    ...withTwoAsOne(words).map((some) => ({ constant_score: { filter: { bool: { must: some.map(is) } }, boost: 24 } })),
    { match: { title: { query: text, fuzziness: 'AUTO:3,6', max_expansions: 30, operator: 'and' } } },
  ])
}

/** The words with two neighbours as one, each time other two. */
const withTwoAsOne = (words: readonly string[]): string[][] =>
  words.slice(0, MOST_JOINED).flatMap((word, at) => {
    const next = words[at + 1]
    return next === undefined ? [] : [[...words.slice(0, at), `${word}${next}`, ...words.slice(at + 2)]]
  })

/** What is a sign alone is no word, but for those that the index reads as one. */
const wordsOf = (text: string): string[] => text.split(/[\s\p{Pd}]+/u).filter((word) => /[\p{L}\p{N}&$]/u.test(word))
const anyOf = (queries: readonly object[]) => ({ bool: { should: queries, minimum_should_match: 1 } })
const is = (word: string) => ({ match: { all: { query: word, operator: 'and' } } })
const begins = (word: string) => ({ prefix: { all: { value: fold(word) } } })
const isLike = (word: string) => ({ match: { all: { query: word, fuzziness: 'AUTO:3,6', max_expansions: 30 } } })
const boosted = (query: object) => ({ bool: { must: [query], boost: 3 } })

async function ask(client: OpenSearch, query: CatalogQuery, what: object): Promise<FoundInCatalog> {
  const { kinds, country, withExplicit, offset, limit } = query
  const filter: object[] = [{ terms: { only_in: ['*', country] } }]
  if (kinds.length > 0) filter.push({ terms: { kind: kinds } })
  if (!withExplicit) filter.push({ term: { is_explicit: false } })
  const size = Math.max(0, Math.min(limit, MOST_FOUND - offset))
  const answer = await client.search({
    index: CATALOG,
    body: {
      from: Math.min(offset, MOST_FOUND),
      size,
      timeout: GIVE_UP,
      track_total_hits: MOST_FOUND,
      query: {
        bool: {
          must: [what],
          filter,
          must_not: [{ term: { not_in: country } }],
          should: [{ rank_feature: { field: 'popularity', boost: 6, saturation: { pivot: 40 } } }],
        },
      },
    } as never,
  })
  const { hits } = answer.body
  const total = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0)
  return {
    total: Math.min(total, MOST_FOUND),
    documents: hits.hits.map(({ _source }) => _source as unknown as CatalogDocument),
  }
}
