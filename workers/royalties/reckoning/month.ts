/** Owns what a month is to the reckoning: pools, listeners, recordings and streams that count, in columns. */

import type { YearHeard } from './eligibility.ts'
import type { Rational } from './rational.ts'

export interface Pool {
  readonly territory: string
  readonly tier: string
  readonly currency: string
}

export interface Share {
  readonly holder: string
  readonly share: Rational
}

/** What is paid as one: an ISRC, and where its contract differs by country or by day, an ISRC under the terms of one. */
export interface Recording {
  readonly isrc: string
  /** The contract and its version, in the words of whoever enters the month; empty where an ISRC has but one. */
  readonly terms: string
  /** They add to exactly one. */
  readonly shares: readonly Share[]
  readonly year: YearHeard | undefined
  /** The part of the revenue that its rights get; undefined: that of the rules. */
  readonly poolShare: Rational | undefined
}

/** By the number of the listener: a person in one pool. */
export interface Listeners {
  readonly count: number
  /** The number of the pool that he pays into. */
  readonly pool: Int32Array
  /** Net revenue in micro-units. */
  readonly revenue: readonly bigint[]
  /** The number of the person: whoever was in several places of the month is a listener in each. */
  readonly person: Int32Array
}

/** By the number of the stream. Those alone that count, and each once. */
export interface Streams {
  readonly count: number
  readonly listener: Int32Array
  readonly recording: Int32Array
  readonly artist: Int32Array
  /** The place in DISCOVERIES. */
  readonly discovery: Uint8Array
  /** CREDIBLE, or the place in the rule of credibility from 1 on. */
  readonly credibility: Uint8Array
}

export interface Month {
  readonly pools: readonly Pool[]
  readonly listeners: Listeners
  /** How many people there are: they are numbers below that. */
  readonly people: number
  readonly recordings: readonly Recording[]
  /** How many artists there are: they are numbers below that. */
  readonly artists: number
  readonly streams: Streams
}
