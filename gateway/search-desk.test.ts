import { expect, it } from 'vitest'
import type { CatalogQuery, FoundInCatalog } from '../infra/opensearch/search-catalog.ts'
import { DependencyAway } from '../infra/runtime/dependency.ts'
import { createSearchDesk, MOST_UNDER_WAY, type SearchDeskParts, TooManySearches } from './search-desk.ts'

const SEEKER = { accountId: 'acct-a', country: 'DE' }
const metricsOf = (results: string[]) =>
  ({
    searches: { inc: ({ result }: { result: string }) => results.push(result) },
    searchSeconds: { startTimer: () => () => 0 },
  }) as unknown as SearchDeskParts['metrics']
const opensearch = { ask: (work: () => Promise<unknown>) => work() } as never
const hearsExplicit = () => undefined

it.each([
  [undefined, undefined, true],
  [undefined, true, true],
  [undefined, false, false],
  [true, false, true],
  [false, true, false],
  [false, undefined, false],
])('F3 with explicit %s, of a listener of whom it is known as %s, it is %s', async (explicit, known, wanted) => {
  const asked: unknown[] = []
  const find = async ({ withExplicit, country }: CatalogQuery) => {
    asked.push([withExplicit, country])
    return { total: 0, documents: [], tookMs: 0 }
  }
  const hears = (accountId: string) => (accountId === SEEKER.accountId ? known : !known)
  const desk = createSearchDesk({ searched: { opensearch, find }, hearsExplicit: hears, metrics: metricsOf([]) })
  await desk.find({ query: 'a', ...(explicit === undefined ? {} : { explicit }) }, SEEKER)
  expect(asked).toEqual([[wanted, 'DE']])
})

it('F6 so many searches are under way at once; another is told so, and the next after one has ended is found', async () => {
  const ends: (() => void)[] = []
  const results: string[] = []
  const find = () => new Promise<FoundInCatalog>((end) => ends.push(() => end({ total: 0, documents: [], tookMs: 0 })))
  const metrics = metricsOf(results)
  const desk = createSearchDesk({ searched: { opensearch, find }, hearsExplicit, metrics })
  const asked = Array.from({ length: MOST_UNDER_WAY }, () => desk.find({ query: 'a' }, SEEKER))
  await expect(desk.find({ query: 'a' }, SEEKER)).rejects.toThrow(TooManySearches)
  ends[0]?.()
  expect(await asked[0]).toEqual({ total: 0, hits: [] })
  const next = desk.find({ query: 'a' }, SEEKER)
  for (const end of ends) end()
  await next
  await Promise.all(asked)
  expect(results.filter((result) => result === 'overloaded')).toHaveLength(1)
  expect(results.filter((result) => result === 'nothing')).toHaveLength(MOST_UNDER_WAY + 1)
  await expect(
    createSearchDesk({ searched: undefined, hearsExplicit, metrics }).find({ query: 'a' }, SEEKER),
  ).rejects.toThrow(DependencyAway)
})
