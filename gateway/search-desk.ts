/** Owns what is found for a listener: what may be found where the account is at home, with what it was found by, or that it cannot be looked for now. */

import { marksOf } from '../infra/opensearch/marks.ts'
import type { CatalogQuery, FoundInCatalog } from '../infra/opensearch/search-catalog.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Found } from '../protocol/messages/found.ts'
import type { Search } from '../protocol/messages/search.ts'
import type { Metrics } from './metrics.ts'

/** What was asked, whichever way it came. */
export type Wish = Omit<Search, 'type' | 'id'>
/** What is answered, whichever way it goes. */
export type Finding = Omit<Found, 'type' | 're'>

/** Who asks. */
export interface Seeker {
  readonly accountId: string
  /** Where the account is at home. */
  readonly country: string
}

/** Under way at once: beyond it OpenSearch would only let them wait. */
export const MOST_UNDER_WAY = 64

export interface SearchDesk {
  /**
   * @throws {DependencyAway} when OpenSearch does not answer, or there is none.
   * @throws {TooManySearches} when so many are under way that this one would only wait.
   */
  find(wish: Wish, seeker: Seeker): Promise<Finding>
}

export interface SearchDeskParts {
  /** Undefined: this start has no OpenSearch. */
  readonly searched: { readonly opensearch: Dependency; find(query: CatalogQuery): Promise<FoundInCatalog> } | undefined
  /** As far as is known now: a search waits for no other server. */
  readonly hearsExplicit: (accountId: string) => boolean | undefined
  readonly metrics: Pick<Metrics, 'searches' | 'searchSeconds'>
}

export class TooManySearches extends Error {
  constructor() {
    super(`more than ${MOST_UNDER_WAY} searches are under way at this gateway`)
  }
}

/** Nothing can be looked for. */
export const NO_SEARCH: SearchDesk = {
  async find() {
    throw new DependencyAway('opensearch')
  },
}

const USUAL_LIMIT = 10

export function createSearchDesk({ searched, hearsExplicit, metrics }: SearchDeskParts): SearchDesk {
  let underWay = 0
  return {
    async find(wish, { accountId, country }) {
      if (searched === undefined) {
        metrics.searches.inc({ result: 'unavailable' })
        throw new DependencyAway('opensearch')
      }
      if (underWay >= MOST_UNDER_WAY) {
        metrics.searches.inc({ result: 'overloaded' })
        throw new TooManySearches()
      }
      underWay += 1
      const withExplicit = wish.explicit ?? hearsExplicit(accountId) ?? true
      const took = metrics.searchSeconds.startTimer()
      try {
        const { total, documents } = await searched.opensearch.ask(() =>
          searched.find(queryOf(wish, country, withExplicit)),
        )
        metrics.searches.inc({ result: total === 0 ? 'nothing' : 'found' })
        took()
        return { total, hits: documents.map((document) => hitOf(document, wish.query)) }
      } catch (error) {
        metrics.searches.inc({ result: error instanceof DependencyAway ? 'unavailable' : 'failed' })
        throw error
      } finally {
        underWay -= 1
      }
    },
  }
}

const queryOf = ({ query, kinds, offset, limit }: Wish, country: string, withExplicit: boolean): CatalogQuery => ({
  text: query,
  kinds: kinds ?? [],
  country,
  withExplicit,
  offset: offset ?? 0,
  limit: limit ?? USUAL_LIMIT,
})

function hitOf(document: FoundInCatalog['documents'][number], query: string): Finding['hits'][number] {
  // What decides whether it is found is nobody's else to see.
  const { only_in: _only, not_in: _not, popularity: _popularity, ...hit } = document
  const marks = (text: string | undefined) => (text === undefined ? [] : marksOf(text, query))
  const [title, artist, album] = [marks(hit.title), marks(hit.artist), marks(hit.album)]
  return {
    ...hit,
    ...(title.length === 0 ? {} : { title_marks: title }),
    ...(artist.length === 0 ? {} : { artist_marks: artist }),
    ...(album.length === 0 ? {} : { album_marks: album }),
  }
}
