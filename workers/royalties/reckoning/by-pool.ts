/** Owns the order of the reckoning: streams by pool, in a pool by ISRC. */

import { byBytes } from './byte-order.ts'
import { add, groupedBy } from './grouping.ts'
import type { Month, Pool } from './month.ts'

export interface PoolStreams {
  /** The number of the pool. */
  readonly number: number
  readonly pool: Pool
  readonly revenue: bigint
  /** Revenue of its listeners who heard nothing that counts. */
  readonly unheard: bigint
  /** Its streams that weigh anything, by ISRC as bytes. */
  readonly places: Int32Array
}

/** The pools by territory, tier and currency as bytes. A stream whose factor is zero is not there. */
export function byPool({ pools, listeners, recordings, streams }: Month, factor: Int32Array): PoolStreams[] {
  const rank = new Int32Array(recordings.length)
  inOrder(recordings, (a, b) => byBytes(a.isrc, b.isrc) || byBytes(a.terms, b.terms)).forEach((recording, index) => {
    rank[recording] = index
  })
  const byIsrc = groupedBy(
    streams.recording.map((recording) => rank[recording] as number),
    recordings.length,
    weighty(factor),
  )
  const poolOfStream = streams.listener.map((listener) => listeners.pool[listener] as number)
  const places = groupedBy(poolOfStream, pools.length, byIsrc)

  const streamsOf = new Int32Array(pools.length)
  const heard = new Uint8Array(listeners.count)
  for (const stream of places) {
    add(streamsOf, poolOfStream[stream] as number, 1)
    heard[streams.listener[stream] as number] = 1
  }
  const revenue = new Array<bigint>(pools.length).fill(0n)
  const unheard = new Array<bigint>(pools.length).fill(0n)
  for (const [listener, paid] of listeners.revenue.entries()) {
    const pool = listeners.pool[listener] as number
    revenue[pool] = (revenue[pool] as bigint) + paid
    if (heard[listener] === 0) unheard[pool] = (unheard[pool] as bigint) + paid
  }
  let start = 0
  const numbered = pools.map((pool, number) => {
    const end = start + (streamsOf[number] as number)
    const entry = {
      number,
      pool,
      revenue: revenue[number] as bigint,
      unheard: unheard[number] as bigint,
      places: places.subarray(start, end),
    }
    start = end
    return entry
  })
  return numbered.sort((a, b) => comparePools(a.pool, b.pool))
}

function comparePools(a: Pool, b: Pool): number {
  return byBytes(a.territory, b.territory) || byBytes(a.tier, b.tier) || byBytes(a.currency, b.currency)
}

function inOrder<T>(items: readonly T[], compare: (a: T, b: T) => number): number[] {
  return items.map((_, index) => index).sort((a, b) => compare(items[a] as T, items[b] as T))
}

function weighty(factor: Int32Array): Int32Array {
  const places = new Int32Array(factor.length)
  let count = 0
  for (let place = 0; place < factor.length; place += 1) {
    if (factor[place] === 0) continue
    places[count] = place
    count += 1
  }
  return places.subarray(0, count)
}
