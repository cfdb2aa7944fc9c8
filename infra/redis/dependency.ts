/** Owns Redis as a dependency: up when it takes a write. */

import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import type { Redis } from './client.ts'

const KEPT_MS = 60_000
/** Answers by which Redis says that it cannot, not that the command is wrong. */
const CANNOT = /^(LOADING|READONLY|OOM|MISCONF|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOAUTH|WRONGPASS)/

/** @param who names the process in the key that its probe writes */
export function redisDependency(redis: Redis, who: string, log: Logger): Dependency {
  return createDependency('redis', {
    log,
    // A write: a replica, or a server with a full disk or memory, still answers PING.
    probe: () => redis.set(`segue:probe:${who}`, '1', 'PX', KEPT_MS),
    isAway: (error) => !(error instanceof Error && error.name === 'ReplyError') || CANNOT.test(error.message),
  })
}
