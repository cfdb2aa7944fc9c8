/** Owns what a stream weighs before any model, and the account of the streams that weigh less than others. */

import { CREDIBLE, classesOf } from './credibility.ts'
import { ineligibilityOf } from './eligibility.ts'
import type { Month } from './month.ts'
import { inProportion, type Rational } from './rational.ts'
import type { Rules } from './rules.ts'

/** Streams of a recording that weigh less than others, and why: what an artist who asks is told. */
export interface Reduced {
  readonly recording: number
  readonly reason: string
  readonly weight: Rational
  readonly streams: number
}

export interface BaseWeights {
  /** By stream: whole numbers in proportion to the weights. */
  readonly weight: Int32Array
  readonly reduced: readonly Reduced[]
}

const NOTHING: Rational = { num: 0n, den: 1n }

export function baseWeights({ recordings, streams }: Month, rules: Rules): BaseWeights {
  const classes = classesOf(rules.credibility)
  const scaled = Int32Array.from(inProportion(classes.map((one) => one.weight)), Number)
  const ineligible = recordings.map((recording) => ineligibilityOf(rules.eligibility, recording.year))
  const reduced = new Map<string, { -readonly [Key in keyof Reduced]: Reduced[Key] }>()
  const weight = new Int32Array(streams.count)
  for (let stream = 0; stream < streams.count; stream += 1) {
    const recording = streams.recording[stream] as number
    const credibility = streams.credibility[stream] as number
    const barred = ineligible[recording]
    if (barred === undefined) weight[stream] = scaled[credibility] as number
    if (barred === undefined && credibility === CREDIBLE) continue
    const { reason, weight: left } = barred === undefined ? classOf(credibility) : { reason: barred, weight: NOTHING }
    const key = `${recording} ${reason} ${left.num}/${left.den}`
    const entry = reduced.get(key) ?? { recording, reason, weight: left, streams: 0 }
    reduced.set(key, entry)
    entry.streams += 1
  }
  return { weight, reduced: [...reduced.values()] }

  function classOf(credibility: number) {
    const found = classes[credibility]
    if (found === undefined) throw new RangeError(`the rule of credibility has no place ${credibility}`)
    return found
  }
}
