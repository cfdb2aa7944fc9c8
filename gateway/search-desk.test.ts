import { expect, it } from 'vitest'
import type { FoundInCatalog } from '../infra/opensearch/search-catalog.ts'
import { DependencyAway } from '../infra/runtime/dependency.ts'
import { createSearchDesk, MOST_UNDER_WAY, type SearchDeskParts, TooManySearches } from './search-desk.ts'

it('F6 so many searches are under way at once; another is told so, and the next after one has ended is found', async () => {
  const ends: (() => void)[] = []
  const results: string[] = []
  const find = () => new Promise<FoundInCatalog>((end) => ends.push(() => end({ total: 0, documents: [], tookMs: 0 })))
  const metrics = {
    searches: { inc: ({ result }: { result: string }) => results.push(result) },
    searchSeconds: { startTimer: () => () => 0 },
  } as unknown as SearchDeskParts['metrics']
  const opensearch = { ask: (work: () => Promise<unknown>) => work() } as never
  const desk = createSearchDesk({ searched: { opensearch, find }, metrics })
  const asked = Array.from({ length: MOST_UNDER_WAY }, () => desk.find({ query: 'a' }, 'DE'))
  await expect(desk.find({ query: 'a' }, 'DE')).rejects.toThrow(TooManySearches)
  ends[0]?.()
  expect(await asked[0]).toEqual({ total: 0, hits: [] })
  const next = desk.find({ query: 'a' }, 'DE')
  for (const end of ends) end()
  await next
  await Promise.all(asked)
  expect(results.filter((result) => result === 'overloaded')).toHaveLength(1)
  expect(results.filter((result) => result === 'nothing')).toHaveLength(MOST_UNDER_WAY + 1)
  await expect(createSearchDesk({ searched: undefined, metrics }).find({ query: 'a' }, 'DE')).rejects.toThrow(
    DependencyAway,
  )
})
