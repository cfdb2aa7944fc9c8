/** Owns MinIO as a dependency. No process of ours calls it while music plays: players do, and their stalls have this cause. */

import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import type { MinioConfig } from './config.ts'

export function minioDependency(config: Pick<MinioConfig, 'url'>, log: Logger): Dependency {
  const address = new URL('/minio/health/live', config.url)
  return createDependency('minio', {
    log,
    probe: async (signal) => {
      const answer = await fetch(address, { signal })
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`the store answers ${answer.status}`)
    },
  })
}
