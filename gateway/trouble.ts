/** Owns saying once that something fails, and once that it works again: an outage is two lines, not one a frame. */

import type { Logger } from '../infra/runtime/log.ts'

export interface Trouble {
  now(error: unknown): void
  over(): void
}

/** @param what what goes on when it works: `Kafka takes records` */
export function createTrouble(log: Logger, what: string): Trouble {
  let since: number | undefined
  return {
    now(error) {
      if (since === undefined) log.error({ err: error }, `no longer: ${what}`)
      since ??= Date.now()
    },
    over() {
      if (since === undefined) return
      log.info({ outage_ms: Date.now() - since }, `again: ${what}`)
      since = undefined
    },
  }
}
