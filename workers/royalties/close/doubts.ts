/** Owns which streams of a frozen month are not believed as others are, by the signs that the terms name. */

import { CREDIBLE, credibilityOf } from '../reckoning/credibility.ts'
import { NumberOf } from '../reckoning/number-of.ts'
import type { Doubt, DoubtReason, FrozenMonth } from './frozen-month.ts'
import { type FrozenRow, STREAM_COLUMNS } from './frozen-row.ts'
import type { Sign } from './terms-class.ts'

interface Seen {
  readonly playedMs: number
  readonly begun: number
  /** Of the track. */
  readonly durationMs: number
}

const IS_BEYOND: { readonly [Reason in DoubtReason]: (seen: Seen, limit: number) => boolean } = {
  bot: ({ playedMs }, minutes) => playedMs > minutes * 60_000,
  looped: ({ begun }, times) => begun > times,
  'short-track': ({ durationMs }, seconds) => durationMs < seconds * 1_000,
}

export class Doubts {
  readonly #signs: readonly Sign[]
  readonly #days = new Map<string, number>()
  readonly #suspects: ReadonlySet<number>
  readonly #durations: number[] = []
  /** Its place in `durations`. */
  readonly #trackOf: NumberOf

  constructor({ doubt, track }: Pick<FrozenMonth, 'doubt' | 'track'>, signs: readonly Sign[]) {
    this.#signs = signs
    // Where nothing is asked, nothing is looked up.
    const [suspicious, known] = signs.length === 0 ? [[], []] : [doubt, track]
    for (const one of suspicious) this.#days.set(keyOf(one), one.amount)
    this.#suspects = new Set(suspicious.map(({ listener }) => listener))
    const durations = new Map(known.map(({ isrc, durationMs }) => [isrc, durationMs]))
    this.#trackOf = new NumberOf(
      STREAM_COLUMNS.isrc,
      (isrc) => this.#durations.push(durations.get(isrc) ?? Number.POSITIVE_INFINITY) - 1,
    )
  }

  /** CREDIBLE, or the place in the signs from 1 on. */
  of(row: FrozenRow): number {
    if (this.#signs.length === 0) return CREDIBLE
    const durationMs = this.#durations[this.#trackOf.in(row)] as number
    const listener = row.number(STREAM_COLUMNS.listener)
    const isSuspect = this.#suspects.has(listener)
    const seen = { durationMs, ...(isSuspect ? this.#done(row, listener) : DID_NOTHING) }
    return credibilityOf(this.#signs, ({ reason, limit }) => IS_BEYOND[reason](seen, limit))
  }

  /** Undefined: it is believed. */
  reasonOf(row: FrozenRow): DoubtReason | undefined {
    return this.#signs[this.of(row) - 1]?.reason
  }

  #done(row: FrozenRow, listener: number) {
    const day = row.text(STREAM_COLUMNS.startedAt).slice(0, 10)
    const isrc = row.text(STREAM_COLUMNS.isrc)
    return {
      playedMs: this.#days.get(keyOf({ reason: 'bot', listener, isrc: null, day })) ?? 0,
      begun: this.#days.get(keyOf({ reason: 'looped', listener, isrc, day })) ?? 0,
    }
  }
}

const DID_NOTHING = { playedMs: 0, begun: 0 } as const

const keyOf = ({ reason, listener, isrc, day }: Omit<Doubt, 'amount'>): string =>
  [reason, listener, isrc, day].join(' ')
