/** Owns the worker `ads`: what was heard of advertisements, what was withheld and what listeners did after, into PostgreSQL, once, and from there into ClickHouse; places that nobody heard go back. */

import { writeAdEvents } from '../../infra/clickhouse/ad-events.ts'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { groupOf } from '../../infra/kafka/users.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { createAdPlaces } from '../../infra/redis/ad-places.ts'
import { createRedis } from '../../infra/redis/client.ts'
import { createBookkeeper } from '../bookkeeper.ts'
import type { CreateWorker } from '../worker.ts'
import { type BookedAd, enterAds, enterClicks } from './ad-book.ts'
import { type HeardAds, heardAdsOf } from './heard-ads.ts'
import { type BookedWithheld, type Conversions, enterConversions, enterWithheld } from './lift-book.ts'
import { adRowsOf, withheldRowsOf } from './rows.ts'

const CLIENT_ID = 'segue-ads'

interface Entered {
  readonly heard: HeardAds
  readonly booked: readonly BookedAd[]
  readonly clicked: readonly BookedAd[]
  readonly withheld: readonly BookedWithheld[]
  readonly conversions: Conversions
}

export const createAds: CreateWorker<'ads'> = (context) => {
  const { config, metrics, log } = context
  const clickhouse = createClickHouse(config.clickhouse, { application: CLIENT_ID })
  const redis = createRedis(config.redis, log)
  const places = createAdPlaces(redis)

  /** At most once: what is not given back is free again with its window. */
  async function giveBack({ heard, booked }: Entered): Promise<void> {
    const counted = new Set(booked.filter((ad) => ad.counted).map(({ impression_id }) => impression_id))
    for (const ad of heard.ads) {
      if (!ad.ended || counted.has(ad.impression_id)) continue
      const { impression_id: impressionId, campaign_id: campaignId, account_id: accountId } = ad
      try {
        await places.giveBack({ impressionId, campaignId, accountId, servedAtMs: Date.parse(ad.served_at) })
      } catch (error) {
        metrics.retries.inc({ worker: 'ads' })
        log.warn({ err: error, campaign_id: campaignId }, 'a place that nobody heard is taken until its window ends')
      }
    }
  }

  return createBookkeeper<Entered>(context, {
    name: 'ads',
    clientId: CLIENT_ID,
    group: groupOf('ads'),
    pool: createPool(config.postgres.url, { applicationName: CLIENT_ID, log }),
    async enter(client, { records }) {
      const heard = heardAdsOf(records)
      const booked = await enterAds(client, heard.ads)
      const clicked = await enterClicks(client, heard.clicks)
      const withheld = await enterWithheld(client, heard.withheld)
      const conversions = await enterConversions(client, heard.music)
      const told = [...heard.ads, ...heard.withheld, ...heard.clicks, ...conversions.served, ...conversions.withheld]
      const accounts = new Map(told.map((one) => [one.impression_id, one.account_id]))
      const accountOf = ({ impression_id }: BookedAd | BookedWithheld) => accounts.get(impression_id) ?? ''
      // Before the books are closed over it: what fails there is entered again here, and written again there as the same rows.
      await writeAdEvents(clickhouse, [
        ...[...booked, ...clicked, ...conversions.served].flatMap((ad) => adRowsOf(ad, accountOf(ad))),
        ...[...withheld, ...conversions.withheld].flatMap((ad) => withheldRowsOf(ad, accountOf(ad))),
      ])
      return { heard, booked, clicked, withheld, conversions }
    },
    async entered(outcome) {
      const { heard, booked, clicked, withheld, conversions } = outcome
      for (const { counted, invalid_reason } of booked)
        metrics.adImpressions.inc({ result: counted ? 'counted' : (invalid_reason ?? 'unheard') })
      metrics.adImpressions.inc({ result: 'withheld' }, withheld.length)
      const known = booked.length + withheld.length
      metrics.adImpressions.inc({ result: 'unknown' }, heard.ads.length + heard.withheld.length - known)
      metrics.adConversions.inc({ group: 'served' }, conversions.served.length)
      metrics.adConversions.inc({ group: 'withheld' }, conversions.withheld.length)
      metrics.adClicks.inc({ result: 'clicked' }, clicked.length)
      metrics.adClicks.inc({ result: 'unserved' }, heard.clicks.length - clicked.length)
      await giveBack(outcome)
    },
    gap: (records) => metrics.adGaps.inc(records),
    async close() {
      redis.disconnect()
      await clickhouse.close()
    },
  })
}
