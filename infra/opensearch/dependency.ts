/** Owns OpenSearch as a dependency: up when it has the index that is searched. */

import { errors } from '@opensearch-project/opensearch'
import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import { CATALOG } from './catalog-index.ts'
import type { OpenSearch } from './client.ts'

/** Whoever types has typed on by then. */
const ASK_WITHIN_MS = 1_500
const CANNOT = [404, 429]

/** Without its index it is as good as away, and so it is when it gives a query up for want of time; what it thinks of a query is ours to mend. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof errors.ResponseError)) return true
  const status = error.statusCode ?? 0
  return status >= 500 || CANNOT.includes(status)
}

export function opensearchDependency(client: OpenSearch, log: Logger): Dependency {
  return createDependency('opensearch', {
    log,
    probe: async () => {
      await client.count({ index: CATALOG, terminate_after: 1 })
    },
    isAway: isUnavailable,
    askWithinMs: ASK_WITHIN_MS,
    close: async () => await client.close(),
  })
}
