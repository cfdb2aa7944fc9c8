/** Owns what all summaries of a sales report say of where and how the music was sold, in the words of DDEX. */

const COMMERCIAL_MODEL: Readonly<Record<string, string>> = { free: 'AdvertisementSupportedModel' }

export interface SalesContext {
  /** DistributionChannel and its DPID: there is but one. */
  readonly channel: readonly ['', '']
  /** CommercialModel and UseType. */
  readonly sales: readonly [string, string]
  readonly territory: string
  readonly tier: string
  readonly isSubscribed: boolean
}

export const RIGHTS_TYPE = { recording: 'MakeAvailableRight', composition: 'PerformingRight' } as const

export function contextOf(territory: string, tier: string): SalesContext {
  const model = COMMERCIAL_MODEL[tier] ?? 'SubscriptionModel'
  return {
    channel: ['', ''],
    sales: [model, 'OnDemandStream'],
    territory,
    tier,
    isSubscribed: model === 'SubscriptionModel',
  }
}
