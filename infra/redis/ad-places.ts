/** Owns the places of advertisements in Redis: a listener's frequency cap, what a campaign may spend and when, taken in one atomic step. */

import { readFileSync } from 'node:fs'
import { DAY_MS, dueOfDay, type Flight } from './ad-pace.ts'
import type { Redis } from './client.ts'

/** What a campaign allows, and what the books have counted of it. */
export interface AdLimits extends Flight {
  readonly campaignId: string
  /** Impressions, by the budget; undefined: no bound. */
  readonly mostInAll: number | undefined
  readonly mostOfDay: number | undefined
  readonly bookedInAll: number
  readonly bookedOfDay: number
  /** Of one listener, in any `windowMs`; undefined: no cap. */
  readonly cap: number | undefined
  readonly windowMs: number
}

export interface AdPlace {
  readonly impressionId: string
  readonly campaignId: string
  readonly accountId: string
  /** By which the day and its hour are told. */
  readonly servedAtMs: number
}

/** `withheld`: it would have been taken, and its listener is of the control group. `paced`: what was meant for the day until now is spent. */
export type Taken = 'taken' | 'withheld' | 'capped' | 'spent' | 'paced'

export interface AdPlaces {
  take(place: AdPlace, limits: AdLimits, isControl: boolean): Promise<Taken>
  /** @returns false when the place is not remembered any more, or was given back before */
  giveBack(place: AdPlace): Promise<boolean>
}

/** A listener's places of a campaign without a cap: so long one that was not heard can be given back. */
export const LEAST_WINDOW_MS = 3_600_000

interface Scripts {
  segueAdTake(...args: (string | number)[]): Promise<Taken>
  segueAdGiveBack(...args: string[]): Promise<number>
}

const script = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

export function createAdPlaces(redis: Redis): AdPlaces {
  redis.defineCommand('segueAdTake', { numberOfKeys: 3, lua: script('ad-take') })
  redis.defineCommand('segueAdGiveBack', { numberOfKeys: 3, lua: script('ad-give-back') })
  const scripts = redis as unknown as Scripts
  return {
    take: (place, limits, isControl) => {
      const { mostInAll, mostOfDay, bookedInAll, bookedOfDay, cap, windowMs, endsAtMs } = limits
      return scripts.segueAdTake(
        ...keysOf(place),
        place.impressionId,
        mostInAll ?? -1,
        bookedInAll,
        mostOfDay ?? -1,
        bookedOfDay,
        cap ?? -1,
        windowMs,
        Math.max(DAY_MS, endsAtMs - place.servedAtMs + DAY_MS),
        2 * DAY_MS,
        mostOfDay === undefined ? -1 : dueOfDay(mostOfDay, limits, place.servedAtMs),
        isControl ? 1 : 0,
      )
    },
    giveBack: async (place) => (await scripts.segueAdGiveBack(...keysOf(place), place.impressionId)) === 1,
  }
}

/** All in the slot of the campaign: its budget and a listener's cap are one step. */
function keysOf({ campaignId, accountId, servedAtMs }: AdPlace): string[] {
  const day = new Date(servedAtMs).toISOString().slice(0, 10)
  const prefix = `segue:ad:{${campaignId}}`
  return [`${prefix}:all`, `${prefix}:day:${day}`, `${prefix}:of:${accountId}`]
}
