/** Owns services that do not need each other as one: they end together, so that none waits for another's last batch. */

import type { Service } from '../infra/runtime/lifecycle.ts'

export function sideBySide(name: string, services: readonly Service[]): Service {
  return {
    name,
    async start(signal) {
      await whole(services.map((service) => service.start(signal)))
    },
    async drain(deadline) {
      await whole(services.map((service) => service.drain?.(deadline)))
    },
    async stop() {
      await whole(services.map((service) => service.stop()))
    },
  }
}

/** All of them to their end, even when one fails: half a stop is none. */
async function whole(parts: readonly (Promise<void> | undefined)[]): Promise<void> {
  const failures = (await Promise.allSettled(parts)).flatMap((part) =>
    part.status === 'rejected' ? [part.reason] : [],
  )
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join('; '))
}
