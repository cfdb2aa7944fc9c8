/** Owns what this gateway keeps in memory of a server: read anew every so often; while the server is away the last known serves. */

import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'

export interface Kept<Value> extends Service {
  readonly now: Value
}

export interface KeptParts<Value> {
  readonly name: string
  /** Until it is first read: players are let in without. */
  readonly first: Value
  readonly read: () => Promise<Value>
  readonly server: Pick<Dependency, 'ask'>
  readonly everyMs: number
  readonly log: Logger
}

export function createKept<Value>({ name, first, read, server, everyMs, log }: KeptParts<Value>): Kept<Value> {
  let now = first
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const readAgain = async (): Promise<void> => {
    try {
      now = await server.ask(read)
    } catch (error) {
      if (!(error instanceof DependencyAway)) log.error({ err: error }, `${name} cannot be read`)
    }
    if (!stopped) timer = setTimeout(readAgain, everyMs)
  }
  return {
    name,
    get now() {
      return now
    },
    async start() {
      void readAgain()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
