/** Owns the rules by which a month is reckoned, as data: what a contract or the terms of a month may choose. */

import { COUNTABLE_MS } from '../../../protocol/vocabulary.ts'
import type { CredibilityRule } from './credibility.ts'
import type { EligibilityRule } from './eligibility.ts'
import type { ModelName } from './models/models.ts'
import type { Rational } from './rational.ts'

/** How a listener came to the stream. */
export const DISCOVERIES = ['search', 'collection', 'editorial', 'algorithm'] as const
export type Discovery = (typeof DISCOVERIES)[number]

/**
 * Where the money of a listener goes who heard nothing that counts.
 * `shared`: to what the others of the pool heard. In the user-centric model by their streams, in the others it is never apart.
 * `set-aside`: to nobody; it is told as unallocated.
 */
export type UnheardPolicy = 'shared' | 'set-aside'

export interface ArtistCentricRule {
  /** From so many streams of a listener on, all of his together weigh no more than this. */
  readonly cap: number
  /** The streams of an artist with so many streams and listeners in the month, over all pools. */
  readonly artistBoost: { readonly factor: number; readonly streams: number; readonly listeners: number }
  /** The streams that the listener came to in one of these ways. */
  readonly discoveryBoost: { readonly factor: number; readonly discoveries: readonly Discovery[] }
}

export interface Rules {
  readonly model: ModelName
  /** The part of the net revenue that is paid out. */
  readonly poolShare: Rational
  /** A stream counts from so many milliseconds on. */
  readonly countableMs: number
  readonly unheard: UnheardPolicy
  readonly artistCentric: ArtistCentricRule
  /** Undefined: every recording is paid, from its first stream. */
  readonly eligibility: EligibilityRule | undefined
  readonly credibility: CredibilityRule
}

/** The rules of the interchange: what `segue royalties compute` reckons by. */
export function interchangeRules(model: ModelName, poolShare: Rational): Rules {
  return {
    model,
    poolShare,
    countableMs: COUNTABLE_MS,
    unheard: 'shared',
    artistCentric: {
      cap: 1_000,
      artistBoost: { factor: 2, streams: 1_000, listeners: 500 },
      discoveryBoost: { factor: 2, discoveries: ['search', 'collection', 'editorial'] },
    },
    eligibility: undefined,
    credibility: [],
  }
}
