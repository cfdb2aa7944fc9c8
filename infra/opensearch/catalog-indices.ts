/** Owns the indices behind the aliases: begun, written to side by side, and put in the place of the one before without a moment between. */

import { setTimeout as pause } from 'node:timers/promises'
import { errors } from '@opensearch-project/opensearch'
import { type Begun, CATALOG, CATALOG_BUILDING, catalogIndex, REFRESH } from './catalog-index.ts'
import type { OpenSearch } from './client.ts'

export interface KnownIndex {
  readonly name: string
  readonly isSearched: boolean
  readonly isBuilding: boolean
  /** What it was made as, and since where in the log of PostgreSQL it has heard of every change. */
  readonly model: string
  readonly begun: Begun
}

const READERS_GONE_MS = 2_000
const MERGED_WITHIN_MS = 600_000

interface IndexState {
  readonly aliases?: Readonly<Record<string, unknown>>
  readonly mappings?: {
    readonly _meta?: { readonly model?: string; readonly begun_at?: string; readonly files?: string }
  }
}

/** Of the catalog, whatever they are for now. */
export async function knownIndices(client: OpenSearch): Promise<readonly KnownIndex[]> {
  const { body } = await client.indices.get({ index: `${CATALOG}-*`, allow_no_indices: true })
  return Object.entries(body as Record<string, IndexState>).map(([name, { aliases = {}, mappings = {} }]) => ({
    name,
    isSearched: CATALOG in aliases,
    isBuilding: CATALOG_BUILDING in aliases,
    model: mappings._meta?.model ?? '',
    begun: { at: mappings._meta?.begun_at ?? '0/0', files: mappings._meta?.files ?? '' },
  }))
}

/** Those that hear of a change: the one that is searched, and one that is being built. Asked anew for each batch, as either may be another since. */
export async function indicesThatHear(client: OpenSearch): Promise<readonly string[]> {
  try {
    const { body } = await client.indices.getAlias({ name: `${CATALOG},${CATALOG_BUILDING}` })
    return Object.keys(body)
  } catch (error) {
    if (!isNotFound(error)) throw error
    // One of the two aliases has none: the answer names those of the other all the same.
    return Object.keys(error.body as object).filter((name) => name.startsWith(`${CATALOG}-`))
  }
}

const isNotFound = (error: unknown): error is errors.ResponseError =>
  error instanceof errors.ResponseError && error.statusCode === 404

/** An empty index that hears of changes from now on. What an earlier build left behind goes. */
export async function beginIndex(client: OpenSearch, begun: Begun, nowMs: number): Promise<string> {
  for (const { name, isSearched } of await knownIndices(client))
    if (!isSearched) await client.indices.delete({ index: name })
  const name = `${CATALOG}-${nowMs}`
  const body = catalogIndex(begun)
  // It need not be found, nor outlive a failure, before it is whole.
  const index = { ...body.settings.index, refresh_interval: '-1', 'translog.durability': 'async' }
  await client.indices.create({
    index: name,
    body: { ...body, settings: { ...body.settings, index } } as never,
  })
  return name
}

/** From now on it is the one that is searched, and the one before is gone. */
export async function finishIndex(client: OpenSearch, name: string): Promise<void> {
  await client.indices.putSettings({
    index: name,
    body: { index: { refresh_interval: REFRESH, 'translog.durability': 'request' } } as never,
  })
  await client.indices.refresh({ index: name })
  // What is read much and changes little costs a third in one piece, of what it costs in ten.
  await client.indices.forcemerge({ index: name, max_num_segments: 1 }, { requestTimeout: MERGED_WITHIN_MS })
  const before = (await knownIndices(client)).filter((one) => one.isSearched && one.name !== name)
  await client.indices.updateAliases({
    body: {
      actions: [
        ...before.map((one) => ({ remove: { index: one.name, alias: CATALOG } })),
        { add: { index: name, alias: CATALOG } },
        { remove: { index: name, alias: CATALOG_BUILDING } },
      ],
    },
  })
  // Who found the one before by the alias is still reading it.
  await pause(READERS_GONE_MS)
  for (const one of before) await client.indices.delete({ index: one.name })
}
