/** Owns the forgetting of documents that are deleted: their text goes from the files of the index, where a deletion alone leaves it. */

import { setTimeout as pause } from 'node:timers/promises'
import { indicesThatHear } from './catalog-indices.ts'
import type { OpenSearch } from './client.ts'
import { type DocumentKey, documentId } from './documents.ts'

/** A segment is written anew if anything in it is deleted; as it is set otherwise, only with a tenth. */
const EXPUNGE = { index: { 'merge.policy.expunge_deletes_allowed': '0' } }
const MERGED_WITHIN_MS = 600_000
/** What a copy of the index may still ask for is kept by a lease, which is brought up to date every 30 s (index.soft_deletes.retention_lease.sync_interval). */
const LEASES_SYNCED_MS = 35_000

/** How many of these documents are still there, in any index that hears of changes. */
export async function countThere(client: OpenSearch, keys: readonly DocumentKey[]): Promise<number> {
  let there = 0
  for (const index of await indicesThatHear(client)) {
    const { body } = await client.mget({ index, body: { ids: keys.map(documentId) } as never, _source: false as never })
    there += (body as { docs: readonly { readonly found?: boolean }[] }).docs.filter(
      ({ found }) => found === true,
    ).length
  }
  return there
}

/** All that is deleted by now. The log of what was written is cut as well. */
export async function forgetDeleted(client: OpenSearch): Promise<void> {
  for (const index of await indicesThatHear(client)) {
    await client.indices.putSettings({ index, body: EXPUNGE as never })
    await expunge(client, index)
    if ((await deletedIn(client, index)) === 0) continue
    await pause(LEASES_SYNCED_MS)
    await expunge(client, index)
  }
}

async function expunge(client: OpenSearch, index: string): Promise<void> {
  await client.indices.flush({ index, force: true, wait_if_ongoing: true })
  await client.indices.forcemerge({ index, only_expunge_deletes: true }, { requestTimeout: MERGED_WITHIN_MS })
  // Who reads holds the segments of before, until it is shown those of now.
  await client.indices.refresh({ index })
  await client.indices.flush({ index, force: true, wait_if_ongoing: true })
}

async function deletedIn(client: OpenSearch, index: string): Promise<number> {
  const { body } = await client.indices.stats({ index, metric: 'docs' })
  return (body as { _all: { primaries: { docs?: { deleted?: number } } } })._all.primaries.docs?.deleted ?? 0
}
