/** Owns ClickHouse as a dependency: up when its HTTP interface answers. */

import { ClickHouseError } from '@clickhouse/client'
import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import type { ClickHouseClient } from './client.ts'

/** Panels read much; each has a limit of its own at the server. */
const ASK_WITHIN_MS = 20_000

export function clickhouseDependency(client: ClickHouseClient, log: Logger): Dependency {
  return createDependency('clickhouse', {
    log,
    // Not a query, which would wait its turn behind long ones.
    probe: async (signal) => {
      const answer = await client.ping({ select: false, abort_signal: signal })
      if (!answer.success) throw answer.error
    },
    isAway: (error) => !(error instanceof ClickHouseError),
    askWithinMs: ASK_WITHIN_MS,
  })
}
