/** Owns what a month is reckoned from, once it is frozen: rows of these kinds, as canonical JSON, in this order, sorted as bytes. */

import type { RoyaltyModel } from '../../../infra/postgres/ledger/run.ts'
import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'
import type { StreamFlag } from '../../../protocol/vocabulary.ts'
import type { ContractTerms } from '../reckoning/contract-for.ts'
import type { Discovery, UnheardPolicy } from '../reckoning/rules.ts'

/** By which a stream is known that is not believed as others are. */
export type DoubtReason = 'bot' | 'looped' | 'short-track'

/** Streams that are beyond the limit in such a way weigh `num / den` of others. */
export interface CredibilityTerm {
  readonly reason: DoubtReason
  /** Of a bot minutes that it plays on a day, of what is looped beginnings on a day, of a short track the seconds that it lasts. */
  readonly limit: number
  readonly num: number
  readonly den: number
}

/** Streams come last: there are many, and what is needed to reckon them is known by then. */
export const PARTS = [
  'terms',
  'rate',
  'holder',
  'contract',
  'cover',
  'track',
  'advance',
  'carried',
  'year',
  'pool',
  'revenue',
  'flagged',
  'doubt',
] as const
export type Part = (typeof PARTS)[number]

/** Money and whole numbers that may be large are text. */
export interface Terms {
  readonly rights: Rights
  readonly contractId: string | null
  readonly model: RoyaltyModel
  readonly poolNum: number
  readonly poolDen: number
  readonly unheard: UnheardPolicy
  readonly eligibleStreams: number | null
  readonly eligibleListeners: number | null
  readonly listenerCap: number
  readonly artistBoost: number
  readonly artistBoostStreams: number
  readonly artistBoostListeners: number
  readonly discoveryBoost: number
  readonly boostedDiscoveries: readonly Discovery[]
  /** Absent where all streams that count are believed: so months that were frozen before it was asked stay as they are. */
  readonly credibility?: readonly CredibilityTerm[]
}

export interface Rate {
  readonly base: string
  readonly quote: string
  readonly num: string
  readonly den: string
  readonly source: string
  /** On which it was published; null: nobody said. */
  readonly day: string | null
}

export interface Holder {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly country: string | null
  readonly currency: string
  /** Whether a tax reference was given: else nothing is paid out. */
  readonly isTaxed: boolean
  readonly partyId: string | null
}

export interface Party {
  readonly holder: string
  readonly role: string
  readonly num: number
  readonly den: number
}

/** A version of a contract; its days are those of the month, and of late streams before it. */
export interface Contract extends ContractTerms {
  readonly number: string
  readonly title: string
  readonly licensor: string
  readonly currency: string
  readonly revenueNum: number
  readonly revenueDen: number
  readonly minimumPerStream: string
  readonly minimumPerSubscriber: string
  readonly minimumPerMonth: string
  /** By holder. */
  readonly parties: readonly Party[]
}

export interface Cover {
  readonly isrc: string
  readonly contract: string
  readonly version: number
}

export interface Work {
  readonly title: string
  readonly iswc: string | null
}

export interface Track {
  readonly isrc: string
  readonly trackId: string
  readonly title: string
  readonly artist: string
  readonly durationMs: number
  readonly works: readonly Work[]
}

export interface Advance {
  readonly id: string
  readonly contract: string
  readonly holder: string
  readonly currency: string
  readonly amount: string
  /** Not recouped yet. */
  readonly open: string
  readonly paidOn: string
  readonly isRecoupable: boolean
  /** Whether the ledger had it before this month. */
  readonly isBooked: boolean
}

/** What was owed to a holder before this month, and not paid out. */
export interface Carried {
  readonly holder: string
  readonly currency: string
  readonly micros: string
}

export interface Year {
  readonly isrc: string
  readonly streams: number
  readonly listeners: number
}

export interface PoolCurrency {
  readonly territory: string
  readonly tier: string
  readonly currency: string
}

export interface Revenue {
  /** A number in place of the account. */
  readonly listener: number
  readonly territory: string
  readonly tier: string
  readonly micros: string
}

/** Streams that the books keep and do not pay, by the flags that they have (M3). */
export interface Flagged {
  readonly isrc: string
  readonly flags: readonly StreamFlag[]
  readonly streams: number
}

/** What a listener did on a day that is beyond what the terms of some contract believe. */
export interface Doubt {
  readonly reason: Exclude<DoubtReason, 'short-track'>
  readonly listener: number
  /** Null: of all that he heard. */
  readonly isrc: string | null
  readonly day: string
  /** Milliseconds that he played of a bot, beginnings of what is looped. */
  readonly amount: number
}

export interface FrozenMonth {
  readonly month: string
  readonly terms: readonly Terms[]
  readonly rate: readonly Rate[]
  readonly holder: readonly Holder[]
  readonly contract: readonly Contract[]
  readonly cover: readonly Cover[]
  readonly track: readonly Track[]
  readonly advance: readonly Advance[]
  readonly carried: readonly Carried[]
  readonly year: readonly Year[]
  readonly pool: readonly PoolCurrency[]
  readonly revenue: readonly Revenue[]
  readonly flagged: readonly Flagged[]
  readonly doubt: readonly Doubt[]
}

export interface FrozenStream {
  readonly id: string
  readonly listener: number
  readonly isrc: string
  readonly artist: string
  readonly startedAt: string
  readonly msPlayed: number
  readonly territory: string
  readonly tier: string
  readonly discovery: Discovery
  /** Undefined: of this month. Else as 2026-09, and why it is entered now. */
  readonly late: { readonly month: string; readonly reason: 'late' | 'longer' } | undefined
}
