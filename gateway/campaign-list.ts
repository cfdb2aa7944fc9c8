/** Owns the campaigns as this gateway knows them: read anew every few seconds; while PostgreSQL is away the last known serve. */

import type { Campaign } from '../infra/ads/running-campaigns.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Service } from '../infra/runtime/lifecycle.ts'
import type { Logger } from '../infra/runtime/log.ts'

export interface CampaignList extends Service {
  readonly all: readonly Campaign[]
}

export interface CampaignListParts {
  readonly read: () => Promise<readonly Campaign[]>
  readonly postgres: Pick<Dependency, 'ask'>
  readonly everyMs: number
  readonly log: Logger
}

export function createCampaignList({ read, postgres, everyMs, log }: CampaignListParts): CampaignList {
  let all: readonly Campaign[] = []
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const readAgain = async (): Promise<void> => {
    try {
      all = await postgres.ask(read)
    } catch (error) {
      if (!(error instanceof DependencyAway)) log.error({ err: error }, 'campaigns cannot be read')
    }
    if (!stopped) timer = setTimeout(readAgain, everyMs)
  }
  return {
    name: 'campaigns',
    get all() {
      return all
    },
    async start() {
      // Players are let in without: until it is read there is music alone.
      void readAgain()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
