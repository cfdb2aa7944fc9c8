/** Owns the decision which advertisement a listener hears next, if any: campaigns from memory, the place from Redis in one step (D9). */

import { isOfControlGroup } from '../infra/ads/control-group.ts'
import type { Campaign } from '../infra/ads/running-campaigns.ts'
import type { AdPlaces } from '../infra/redis/ad-places.ts'
import { type Dependency, DependencyAway } from '../infra/runtime/dependency.ts'
import type { Logger } from '../infra/runtime/log.ts'
import { type GivenUp, TimedOut, within } from '../infra/runtime/within.ts'
import { uuidv7 } from '../protocol/ids.ts'
import type { Ad } from '../session/ad.ts'
import type { Session, SinceAd } from '../session/session.ts'
import type { Metrics } from './metrics.ts'

export interface AdPace {
  /** Music heard since the last advertisement after which the next is due: by time, or by tracks. */
  readonly everyMs: number
  readonly everyTracks: number
}

/** What was decided of a break. */
export interface AdBreak {
  /** Its place is taken; undefined: music goes on at once. */
  readonly ad: Ad | undefined
  /** Those that would have played, were the listener not of their control groups. */
  readonly withheld: readonly Ad[]
}

export interface AdDesk {
  /** Whether one is due after so much music, and there is any for this listener. */
  isDue(who: Session['who'], music: SinceAd, nowMs: number): boolean
  take(session: Session, nowMs: number): Promise<AdBreak>
}

export interface AdDeskParts {
  readonly campaigns: () => readonly Campaign[]
  readonly places: AdPlaces
  readonly redis: Pick<Dependency, 'ask'>
  readonly pace: AdPace
  readonly metrics: Pick<Metrics, 'adDecisions'>
  readonly log: Logger
}

/** Of a gateway without campaigns. */
export const NO_ADS: AdDesk = { isDue: () => false, take: async () => ({ ad: undefined, withheld: [] }) }

/** Each refusal is a round trip to Redis that the listener waits for. */
const MOST_TRIES = 4
/** A listener does not wait longer for an advertisement. A place that is taken after that is free again with its window. */
const PATIENCE_MS = 400

export function createAdDesk({ campaigns, places, redis, pace, metrics, log }: AdDeskParts): AdDesk {
  /** What is withheld is told as it is: the next one may not answer in time. */
  const decide = async (
    { who }: Session,
    candidates: readonly Campaign[],
    withheld: Ad[],
    nowMs: number,
    givenUp: GivenUp,
  ): Promise<Ad | undefined> => {
    for (const campaign of candidates) {
      const ad = adOf(campaign, uuidv7(nowMs))
      if (ad === undefined) continue
      const { impression_id: impressionId, campaign_id: campaignId } = ad
      const place = { impressionId, campaignId, accountId: who.account_id, servedAtMs: nowMs }
      const isControl = isOfControlGroup(campaignId, who.account_id, campaign.controlPercent)
      const result = await redis.ask(() => places.take(place, campaign, isControl))
      metrics.adDecisions.inc({ result })
      // Nobody waits any more: no further place is taken that would be heard by nobody.
      if (givenUp().aborted) return undefined
      if (result === 'taken') return ad
      if (result === 'withheld') withheld.push(ad)
    }
    metrics.adDecisions.inc({ result: 'none' })
    return undefined
  }
  return {
    isDue(who, { ms, tracks }, nowMs) {
      if (ms < pace.everyMs && tracks < pace.everyTracks) return false
      return campaigns().some((campaign) => isFor(campaign, who, nowMs))
    },
    async take(session, nowMs) {
      const candidates = campaigns().filter((campaign) => isFor(campaign, session.who, nowMs))
      const withheld: Ad[] = []
      try {
        const drawn = inLot(candidates, uuidv7(nowMs)).slice(0, MOST_TRIES)
        const ad = await within(PATIENCE_MS, (givenUp) => decide(session, drawn, withheld, nowMs, givenUp))
        return { ad, withheld }
      } catch (error) {
        metrics.adDecisions.inc({ result: 'away' })
        if (!(error instanceof DependencyAway || error instanceof TimedOut))
          log.error({ err: error }, 'an advertisement could not be decided')
        return { ad: undefined, withheld: [...withheld] }
      }
    },
  }
}

function isFor(campaign: Campaign, { plan, country }: Session['who'], nowMs: number): boolean {
  const { startsAtMs, endsAtMs, isWorldwide, territories, plans } = campaign
  return nowMs >= startsAtMs && nowMs < endsAtMs && plans.has(plan) && territories.has(country) !== isWorldwide
}

function adOf({ creatives }: Campaign, impressionId: string): Ad | undefined {
  const creative = creatives[lot(impressionId) % creatives.length]
  return creative === undefined ? undefined : { ...creative, impression_id: impressionId }
}

/** An order that `seed` draws: each campaign is as often the first to be asked. */
function inLot(campaigns: readonly Campaign[], seed: string): readonly Campaign[] {
  return campaigns
    .map((campaign) => ({ campaign, drawn: lot(seed + campaign.campaignId) }))
    .sort((a, b) => a.drawn - b.drawn)
    .map(({ campaign }) => campaign)
}

/** FNV-1a. */
function lot(text: string): number {
  let hash = 0x81_1c_9d_c5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01_00_01_93)
  return hash >>> 0
}
