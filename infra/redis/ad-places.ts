/** Owns the places of advertisements in Redis: a listener's frequency cap and what a campaign may spend, taken in one atomic step. */

import { readFileSync } from 'node:fs'
import type { Redis } from './client.ts'

/** What a campaign allows, and what the books have counted of it. */
export interface AdLimits {
  readonly campaignId: string
  /** Impressions, by the budget; undefined: no bound. */
  readonly mostInAll: number | undefined
  readonly mostOfDay: number | undefined
  readonly bookedInAll: number
  readonly bookedOfDay: number
  /** Of one listener, in any `windowMs`; undefined: no cap. */
  readonly cap: number | undefined
  readonly windowMs: number
  readonly endsAtMs: number
}

export interface AdPlace {
  readonly impressionId: string
  readonly campaignId: string
  readonly accountId: string
  /** By which the day is told. */
  readonly servedAtMs: number
}

export interface AdPlaces {
  take(place: AdPlace, limits: AdLimits): Promise<'taken' | 'capped' | 'spent'>
  /** @returns false when the place is not remembered any more, or was given back before */
  giveBack(place: AdPlace): Promise<boolean>
}

const DAY_MS = 86_400_000
/** A listener's places of a campaign without a cap: so long one that was not heard can be given back. */
export const LEAST_WINDOW_MS = 3_600_000

interface Scripts {
  segueAdTake(...args: (string | number)[]): Promise<'taken' | 'capped' | 'spent'>
  segueAdGiveBack(...args: string[]): Promise<number>
}

const script = (name: string) => readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8')

export function createAdPlaces(redis: Redis): AdPlaces {
  redis.defineCommand('segueAdTake', { numberOfKeys: 3, lua: script('ad-take') })
  redis.defineCommand('segueAdGiveBack', { numberOfKeys: 3, lua: script('ad-give-back') })
  const scripts = redis as unknown as Scripts
  return {
    take: (place, { mostInAll, mostOfDay, bookedInAll, bookedOfDay, cap, windowMs, endsAtMs }) =>
      scripts.segueAdTake(
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
      ),
    giveBack: async (place) => (await scripts.segueAdGiveBack(...keysOf(place), place.impressionId)) === 1,
  }
}

/** All in the slot of the campaign: its budget and a listener's cap are one step. */
function keysOf({ campaignId, accountId, servedAtMs }: AdPlace): string[] {
  const day = new Date(servedAtMs).toISOString().slice(0, 10)
  const prefix = `segue:ad:{${campaignId}}`
  return [`${prefix}:all`, `${prefix}:day:${day}`, `${prefix}:of:${accountId}`]
}
