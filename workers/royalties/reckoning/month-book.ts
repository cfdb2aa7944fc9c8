/** Owns the entering of a month, row by row, wherever the rows come from: what cannot be reckoned is told and not entered. */

import { Column } from './column.ts'
import { CREDIBLE } from './credibility.ts'
import type { YearHeard } from './eligibility.ts'
import type { Month, Pool, Share } from './month.ts'
import { type Rational, sumOf } from './rational.ts'

export interface ListenerRow extends Pool {
  readonly listenerId: string
  readonly revenue: bigint
}

export interface ShareRow extends Share {
  readonly isrc: string
  readonly terms?: string
}

/** What stands where an ISRC and a holder would, of money that is nobody's. */
export const UNALLOCATED = 'UNALLOCATED'
/** Of a listener or a recording that was never entered. */
export const UNKNOWN = -1

export class MonthBook {
  readonly #pools: Pool[] = []
  readonly #poolNumbers = new Map<string, Map<string, number>>()
  readonly #listeners = new Map<string, number>()
  readonly #listenerPools = new Column(Int32Array)
  readonly #persons = new Column(Int32Array)
  /** One more than the greatest number of a person. */
  #people = 0
  readonly #revenues: bigint[] = []
  readonly #recordings = new Map<string, number>()
  readonly #shares: {
    isrc: string
    terms: string
    shares: Share[]
    year: YearHeard | undefined
    poolShare: Rational | undefined
  }[] = []
  readonly #artists = new Map<string, number>()
  readonly #streams = {
    listener: new Column(Int32Array),
    recording: new Column(Int32Array),
    artist: new Column(Int32Array),
    discovery: new Column(Uint8Array),
    credibility: new Column(Uint8Array),
  }

  /** Every listener once, before the streams. @returns what is wrong with the row. */
  addListener({ listenerId, revenue, ...pool }: ListenerRow): string | undefined {
    if (this.#listeners.has(listenerId))
      return `listener ${listenerId} stands a second time: one row a listener is wanted`
    const { territory, tier, currency } = pool
    const number = this.poolNumber(pool)
    const other = this.#pools[number]?.currency
    if (other !== currency)
      return `listener ${listenerId} pays in ${currency}, others of ${territory}, ${tier} in ${other}: one currency a territory and tier is wanted`
    this.#listeners.set(listenerId, this.addNumbered(number, revenue, this.#listeners.size))
    return undefined
  }

  /**
   * A listener whom the caller knows by the number that he is given here. Whoever pays into several pools is several.
   * @param pool is its number.
   * @param person is the same of all that are one: a number, and none that is much greater than there are people.
   */
  addNumbered(pool: number, revenue: bigint, person: number): number {
    this.#listenerPools.push(pool)
    this.#persons.push(person)
    this.#people = Math.max(this.#people, person + 1)
    return this.#revenues.push(revenue) - 1
  }

  /** Every share of every recording, before the streams. @returns what is wrong with the row. */
  addShare({ isrc, terms = '', holder, share }: ShareRow): string | undefined {
    if (isrc === UNALLOCATED) return `${UNALLOCATED} is what money is called that is nobody's, and no ISRC`
    const number = this.recording(isrc, terms)
    if (number === UNKNOWN) {
      this.#recordings.set(keyOf(isrc, terms), this.#shares.length)
      this.#shares.push({ isrc, terms, shares: [{ holder, share }], year: undefined, poolShare: undefined })
      return undefined
    }
    const shares = this.#shares[number]?.shares ?? []
    if (shares.some((one) => one.holder === holder))
      return `holder ${holder} stands a second time for ISRC ${isrc}: one row a holder is wanted`
    shares.push({ holder, share })
    return undefined
  }

  /** The recordings whose shares do not add to one, with what is wrong. */
  *wrongShares(): Generator<{ recording: number; problem: string }> {
    for (const [recording, { isrc, shares }] of this.#shares.entries()) {
      const { num, den } = sumOf(shares.map((one) => one.share))
      if (num === den) continue
      yield { recording, problem: `the shares of ISRC ${isrc} add to ${num}/${den}, and not to exactly one` }
    }
  }

  /** What was heard of a recording in twelve months: for rules that ask. */
  setYear(recording: number, year: YearHeard): void {
    const entry = this.#shares[recording]
    if (entry === undefined) throw new RangeError(`there is no recording ${recording}`)
    entry.year = year
  }

  /** The part of the revenue that the rights of a recording get, where it is not that of the rules. */
  setPoolShare(recording: number, poolShare: Rational): void {
    const entry = this.#shares[recording]
    if (entry === undefined) throw new RangeError(`there is no recording ${recording}`)
    entry.poolShare = poolShare
  }

  listener(id: string): number {
    return this.#listeners.get(id) ?? UNKNOWN
  }

  recording(isrc: string, terms = ''): number {
    return this.#recordings.get(keyOf(isrc, terms)) ?? UNKNOWN
  }

  /** An artist is known when he is first asked for. */
  artist(id: string): number {
    const number = this.#artists.get(id) ?? this.#artists.size
    if (number === this.#artists.size) this.#artists.set(id, number)
    return number
  }

  /** Of a territory and tier, in whatever currency it was first entered. */
  poolNumber({ territory, tier, currency }: Pool): number {
    const tiers = this.#poolNumbers.get(territory) ?? new Map<string, number>()
    this.#poolNumbers.set(territory, tiers)
    const known = tiers.get(tier)
    if (known !== undefined) return known
    tiers.set(tier, this.#pools.length)
    return this.#pools.push({ territory, tier, currency }) - 1
  }

  /** Where the listener pays into. */
  poolOf(listener: number): Pool | undefined {
    return this.#pools[this.poolNumberOf(listener)]
  }

  poolNumberOf(listener: number): number {
    return this.#listenerPools.at(listener)
  }

  /**
   * A stream that counts, once, in numbers as they were told by `listener`, `recording` and `artist`.
   * @param discovery is the place in DISCOVERIES.
   */
  addStream(
    listener: number,
    recording: number,
    artist: number,
    discovery: number,
    credibility: number = CREDIBLE,
  ): void {
    const streams = this.#streams
    streams.listener.push(listener)
    streams.recording.push(recording)
    streams.artist.push(artist)
    streams.discovery.push(discovery)
    streams.credibility.push(credibility)
  }

  /** What was entered. Nothing is entered any more. */
  month(): Month {
    const { listener, recording, artist, discovery, credibility } = this.#streams
    return {
      pools: this.#pools,
      listeners: {
        count: this.#revenues.length,
        pool: this.#listenerPools.values,
        revenue: this.#revenues,
        person: this.#persons.values,
      },
      people: this.#people,
      recordings: this.#shares,
      artists: this.#artists.size,
      streams: {
        count: listener.count,
        listener: listener.values,
        recording: recording.values,
        artist: artist.values,
        discovery: discovery.values,
        credibility: credibility.values,
      },
    }
  }
}

/** Most have no terms, and need no other string. */
function keyOf(isrc: string, terms: string): string {
  return terms === '' ? isrc : JSON.stringify([isrc, terms])
}
