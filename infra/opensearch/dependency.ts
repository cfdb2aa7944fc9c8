/** Owns OpenSearch as a dependency: up when it has the index that is searched. */

import { errors } from '@opensearch-project/opensearch'
import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import { CATALOG } from './catalog-index.ts'
import type { OpenSearch } from './client.ts'

/** Whoever types has typed on by then. */
const ASK_WITHIN_MS = 1_500
const TOO_BUSY = 429

export function opensearchDependency(client: OpenSearch, log: Logger): Dependency {
  return createDependency('opensearch', {
    log,
    probe: async () => {
      await client.count({ index: CATALOG, terminate_after: 1 })
    },
    // Without its index it is as good as away; what it thinks of a query is ours to mend.
    isAway: (error) => !(error instanceof errors.ResponseError) || [404, TOO_BUSY, 503].includes(error.statusCode ?? 0),
    askWithinMs: ASK_WITHIN_MS,
    close: async () => await client.close(),
  })
}
