import { expect, it } from 'vitest'
import { DependencyAway } from '../runtime/dependency.ts'
import { createLogger } from '../runtime/log.ts'
import type { OpenSearch } from './client.ts'
import { opensearchDependency } from './dependency.ts'
import { searchCatalog } from './search-catalog.ts'

const QUERY = { text: 'glosoli', kinds: [], country: 'DE', withExplicit: true, offset: 0, limit: 10 }
const WHOLE = { timed_out: false, _shards: { total: 1, successful: 1, failed: 0 }, hits: { total: 0, hits: [] } }

/** A client of a server that answers these in turn, and the last of them ever after. */
function answering(...answers: readonly object[]) {
  let asked = 0
  const client = {
    async search() {
      asked += 1
      return { body: { took: 7, ...WHOLE, ...answers[Math.min(asked, answers.length) - 1] } }
    },
    async count() {},
    async close() {},
  } as unknown as OpenSearch
  const opensearch = opensearchDependency(client, createLogger('test', 'silent'))
  return { opensearch, asked: () => asked, find: () => opensearch.ask(() => searchCatalog(client, QUERY)) }
}

it('F6 asks once more for what is alike, and once more for what is mostly so, when nothing is found of all there is', async () => {
  const { find, asked } = answering({})
  expect(await find()).toEqual({ total: 0, documents: [], tookMs: 21 })
  expect(asked()).toBe(3)
})

it.each([
  ['nothing', { total: 0, hits: [] }],
  ['something', { total: 5, hits: [{ _source: { title: 'Glósóli' } }] }],
])(
  'F6 a question that was given up for want of time, with %s found by then, is not answered, nor is a dearer one asked',
  async (_what, hits) => {
    const { opensearch, find, asked } = answering({ timed_out: true, hits })
    await expect(find()).rejects.toThrow(DependencyAway)
    expect(asked()).toBe(1)
    // One long answer is not an outage.
    expect(opensearch.isDown).toBe(false)
    expect(opensearch.failures).toEqual(new Map([['timeout', 1]]))
  },
)

it('F6 a dearer question that was given up is not answered with what the cheaper one found', async () => {
  const { find, asked } = answering({}, { timed_out: true })
  await expect(find()).rejects.toThrow(DependencyAway)
  expect(asked()).toBe(2)
})

it('F6 what a part of the index could not be looked through for is not answered', async () => {
  const { find, asked } = answering({ _shards: { total: 2, successful: 1, failed: 1 } })
  await expect(find()).rejects.toThrow(DependencyAway)
  expect(asked()).toBe(1)
})
