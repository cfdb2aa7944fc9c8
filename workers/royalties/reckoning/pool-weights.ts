/** Owns the weights of the recordings of a pool: exact sums over its streams, as whole numbers in proportion. */

import type { PoolStreams } from './by-pool.ts'
import type { Weighing } from './models/model.ts'
import type { Streams } from './month.ts'
import { leastCommonMultiple } from './rational.ts'
import type { UnheardPolicy } from './rules.ts'

export interface PoolWeights {
  /** The numbers of the recordings, by ISRC, and what each weighs. */
  readonly recordings: readonly number[]
  readonly weights: readonly bigint[]
  /** The weight of what goes to nobody; undefined where there is nothing of the kind. */
  readonly unallocated: bigint | undefined
}

/**
 * Streams weigh fractions whose denominators are those of their listeners. Sums are kept by denominator, and brought to the
 * one that all have in common but once a recording and denominator, not once a stream.
 */
export class Weigher {
  readonly #streams: Streams
  readonly #weighing: Weighing
  readonly #unheard: UnheardPolicy
  readonly #denominators: readonly number[]
  /** By listener: the place of its denominator. */
  readonly #placeOf: Int32Array
  readonly #sums: bigint[]

  constructor(streams: Streams, weighing: Weighing, unheard: UnheardPolicy) {
    this.#streams = streams
    this.#weighing = weighing
    this.#unheard = unheard
    const places = new Map<number, number>()
    this.#placeOf = Int32Array.from(weighing.listenerDen, (denominator) => {
      const place = places.get(denominator) ?? places.size
      if (place === places.size) places.set(denominator, place)
      return place
    })
    this.#denominators = [...places.keys()]
    this.#sums = new Array<bigint>(this.#denominators.length).fill(0n)
  }

  weigh(pool: PoolStreams): PoolWeights {
    if (pool.places.length === 0)
      return { recordings: [], weights: [], unallocated: pool.revenue > 0n ? 1n : undefined }
    const { recordings, weights, factors, common } = this.#weighStreams(pool.places)
    if (pool.unheard === 0n) return { recordings, weights, unallocated: undefined }
    if (this.#unheard === 'set-aside') {
      const heard = pool.revenue - pool.unheard
      const whole = sum(weights)
      return {
        recordings,
        weights: weights.map((weight) => weight * heard),
        // Where nobody who heard anything paid, nothing weighs, and all is set aside.
        unallocated: pool.unheard * (whole === 0n ? 1n : whole),
      }
    }
    if (!this.#weighing.isByListener) return { recordings, weights, unallocated: undefined }
    const whole = BigInt(factors.reduce((all, one) => all + one, 0))
    return {
      recordings,
      weights: weights.map(
        (weight, index) => weight * whole + pool.unheard * BigInt(factors[index] as number) * common,
      ),
      unallocated: undefined,
    }
  }

  /** Weights are in units of one over `common`; `factors` are the sums of the factors alone. */
  #weighStreams(places: Int32Array) {
    const { listener, recording } = this.#streams
    const { factor, listenerNum } = this.#weighing
    const { common, multiples } = this.#inCommon(places)
    const recordings: number[] = []
    const weights: bigint[] = []
    const factors: number[] = []
    const touched: number[] = []
    for (let from = 0; from < places.length; ) {
      const current = recording[places[from] as number] as number
      let factorSum = 0
      let to = from
      for (; to < places.length; to += 1) {
        const stream = places[to] as number
        if (recording[stream] !== current) break
        const who = listener[stream] as number
        const times = factor[stream] as number
        const num = listenerNum[who] as bigint
        const place = this.#placeOf[who] as number
        const before = this.#sums[place] as bigint
        if (before === 0n) touched.push(place)
        this.#sums[place] = before + (times === 1 ? num : num * BigInt(times))
        factorSum += times
      }
      let weight = 0n
      for (const place of touched) {
        weight += (this.#sums[place] as bigint) * (multiples[place] as bigint)
        this.#sums[place] = 0n
      }
      touched.length = 0
      recordings.push(current)
      weights.push(weight)
      factors.push(factorSum)
      from = to
    }
    return { recordings, weights, factors, common }
  }

  /** The common denominator of these streams, and how often each denominator goes into it. */
  #inCommon(places: Int32Array) {
    const present = new Set<number>()
    for (const stream of places) present.add(this.#placeOf[this.#streams.listener[stream] as number] as number)
    let common = 1n
    for (const place of present) common = leastCommonMultiple(common, BigInt(this.#denominators[place] as number))
    const multiples: bigint[] = []
    for (const place of present) multiples[place] = common / BigInt(this.#denominators[place] as number)
    return { common, multiples }
  }
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((all, one) => all + one, 0n)
}
