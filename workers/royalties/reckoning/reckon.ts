/** Owns the reckoning of a month: what every holder gets of every pool, to the micro-unit. */

import { baseWeights, type Reduced } from './base-weights.ts'
import { byPool } from './by-pool.ts'
import { byBytes } from './byte-order.ts'
import { byLargestRemainder } from './largest-remainder.ts'
import { MODELS } from './models/models.ts'
import type { Month, Pool, Recording } from './month.ts'
import { paidOfPool } from './paid-of-pool.ts'
import { Weigher } from './pool-weights.ts'
import { inProportion, type Rational } from './rational.ts'
import type { Rules } from './rules.ts'

export interface HolderAmount {
  readonly holder: string
  readonly micros: bigint
}

export interface RecordingAmount {
  /** Its number. */
  readonly recording: number
  readonly isrc: string
  /** As the recording was entered. */
  readonly terms: string
  /** Of the weights of the pool, what is unallocated included. */
  readonly weight: bigint
  readonly micros: bigint
  /** By holder as bytes; they add to the amount of the recording. */
  readonly holders: readonly HolderAmount[]
}

/** What became of a pool: recordings and what is unallocated add to it. */
export interface PoolAmounts {
  readonly pool: Pool
  /** Its number. */
  readonly number: number
  readonly revenue: bigint
  /** What is paid out of the revenue. */
  readonly share: Rational
  readonly micros: bigint
  /** By ISRC as bytes: every one with a stream that counts, and weighs anything. */
  readonly recordings: readonly RecordingAmount[]
  /** Undefined where everything has somebody to go to. */
  readonly unallocated: bigint | undefined
}

export interface Reckoning {
  /** The streams that weigh less than others, and why. */
  readonly reduced: readonly Reduced[]
  /** By territory, tier and currency as bytes. Each is reckoned when it is asked for, so that one is in memory at a time. */
  readonly pools: Iterable<PoolAmounts>
}

export function reckon(month: Month, rules: Rules): Reckoning {
  const { weight, reduced } = baseWeights(month, rules)
  return { reduced, pools: reckonPools(month, rules, weight) }
}

function* reckonPools(month: Month, rules: Rules, base: Int32Array): Generator<PoolAmounts> {
  const weighing = MODELS[rules.model](month, rules, base)
  const weigher = new Weigher(month.streams, weighing, rules.unheard)
  const split = month.recordings.map(splitter)
  for (const streams of byPool(month, weighing.factor)) {
    const weighed = weigher.weigh(streams)
    const shareOf = (recording: number) => month.recordings[recording]?.poolShare
    const { micros, share, recordings, weights, unallocated } = paidOfPool(
      streams.revenue,
      weighed,
      shareOf,
      rules.poolShare,
    )
    const amounts = byLargestRemainder(micros, unallocated === undefined ? weights : [...weights, unallocated])
    yield {
      pool: streams.pool,
      number: streams.number,
      revenue: streams.revenue,
      share,
      micros,
      recordings: recordings.map((recording, index) => ({
        ...(split[recording] as ReturnType<typeof splitter>)(amounts[index] as bigint),
        recording,
        weight: weights[index] as bigint,
      })),
      unallocated: amounts[recordings.length],
    }
  }
}

/** Splits what a recording gets among those who have a share of it. */
function splitter({
  isrc,
  terms,
  shares,
}: Recording): (micros: bigint) => Omit<RecordingAmount, 'recording' | 'weight'> {
  const sorted = [...shares].sort((a, b) => byBytes(a.holder, b.holder))
  const parts = inProportion(sorted.map((one) => one.share))
  return (micros) => {
    const amounts = byLargestRemainder(micros, parts)
    return {
      isrc,
      terms,
      micros,
      holders: sorted.map(({ holder }, index) => ({ holder, micros: amounts[index] as bigint })),
    }
  }
}
