import { describe, expect, it } from 'vitest'
import { isOfControlGroup } from '../infra/ads/control-group.ts'
import type { Campaign } from '../infra/ads/running-campaigns.ts'
import type { AdPlaces, Taken } from '../infra/redis/ad-places.ts'
import { createLogger } from '../infra/runtime/log.ts'
import { DEVICE, LISTENER } from '../session/fixtures.ts'
import { newSession } from '../session/session.ts'
import { createAdDesk } from './ad-desk.ts'

const NOW_MS = Date.UTC(2026, 5, 1, 12)
const session = newSession({ ...LISTENER, plan: 'free', country: 'DE' }, DEVICE)
const campaign = (n: number, changes: Partial<Campaign> = {}): Campaign => ({
  campaignId: `campaign ${n}`,
  startsAtMs: NOW_MS - 1,
  endsAtMs: NOW_MS + 1,
  isWorldwide: true,
  territories: new Set(),
  plans: new Set(['free']),
  controlPercent: 0,
  mostInAll: undefined,
  mostOfDay: undefined,
  bookedInAll: 0,
  bookedOfDay: 0,
  cap: undefined,
  windowMs: 1,
  creatives: [
    {
      campaign_id: `campaign ${n}`,
      creative_id: `creative ${n}`,
      title: 'Kettle',
      sponsor: 'Fennel',
      duration_ms: 6_000,
      chunk_ms: 4_000,
      renditions: [],
    },
  ],
  ...changes,
})

/** Answers in the order of the asking; `never` does not come. */
function desk(campaigns: readonly Campaign[], answers: readonly (Taken | 'never')[]) {
  const asked: { campaignId: string; isControl: boolean }[] = []
  const results: string[] = []
  const places: Pick<AdPlaces, 'take'> = {
    async take({ campaignId }, _limits, isControl) {
      asked.push({ campaignId, isControl })
      const answer = answers[asked.length - 1] ?? 'spent'
      return answer === 'never' ? await new Promise<never>(() => undefined) : answer
    },
  }
  const created = createAdDesk({
    campaigns: () => campaigns,
    places: places as AdPlaces,
    redis: { ask: (work) => work(() => AbortSignal.timeout(1_000)) },
    pace: { everyMs: 60_000, everyTracks: 4 },
    metrics: { adDecisions: { inc: ({ result }: { result: string }) => results.push(result) } } as never,
    log: createLogger('test', 'silent'),
  })
  return { ...created, asked, results }
}

describe('the break between two tracks', () => {
  it('V8 asks the next campaign where one is withheld, and tells of both', async () => {
    const ads = desk([campaign(1), campaign(2), campaign(3)], ['withheld', 'paced', 'taken'])
    const { ad, withheld } = await ads.take(session, NOW_MS)
    expect(ads.asked).toHaveLength(3)
    expect(withheld.map(({ campaign_id }) => campaign_id)).toEqual([ads.asked[0]?.campaignId])
    expect(ad?.campaign_id).toBe(ads.asked[2]?.campaignId)
    expect(ad?.impression_id).not.toBe(withheld[0]?.impression_id)
    expect(ads.results).toEqual(['withheld', 'paced', 'taken'])
  })

  it('V8 is music where nothing else is left, and where the next one does not answer', async () => {
    const alone = await desk([campaign(1)], ['withheld']).take(session, NOW_MS)
    expect(alone).toMatchObject({ ad: undefined, withheld: [{ campaign_id: 'campaign 1' }] })
    const late = desk([campaign(1), campaign(2)], ['withheld', 'never'])
    const { ad, withheld } = await late.take(session, NOW_MS)
    expect([ad, withheld.length]).toEqual([undefined, 1])
    expect(late.results).toEqual(['withheld', 'away'])
  })

  it('V8 says who is of the control group, as every gateway does', async () => {
    const campaigns = Array.from({ length: 4 }, (_, n) => campaign(n, { controlPercent: 50 }))
    const ads = desk(campaigns, [])
    await ads.take(session, NOW_MS)
    const { account_id } = session.who
    expect(ads.asked).toHaveLength(4)
    for (const { campaignId, isControl } of ads.asked)
      expect(isControl).toBe(isOfControlGroup(campaignId, account_id, 50))
  })

  it('V1 V8 is due by the music alone, whichever group the listener is of', () => {
    for (const controlPercent of [0, 50]) {
      const ads = desk([campaign(1, { controlPercent })], [])
      expect(ads.isDue(session.who, { ms: 59_999, tracks: 3 }, NOW_MS)).toBe(false)
      expect(ads.isDue(session.who, { ms: 60_000, tracks: 0 }, NOW_MS)).toBe(true)
      expect(ads.isDue(session.who, { ms: 0, tracks: 4 }, NOW_MS)).toBe(true)
      expect(ads.isDue({ ...session.who, plan: 'duo' }, { ms: 60_000, tracks: 4 }, NOW_MS)).toBe(false)
    }
  })
})
