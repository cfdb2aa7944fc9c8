/** Owns what a model is: a weight for each stream, by which the money of its pool is shared. */

import type { Month } from '../month.ts'
import type { Rules } from '../rules.ts'

/**
 * A stream weighs `listenerNum[listener] / listenerDen[listener] × factor[stream]`, exactly. A stream whose factor is zero is
 * not counted by anything.
 */
export interface Weighing {
  readonly factor: Int32Array
  readonly listenerNum: readonly bigint[]
  /** Above zero, and a whole number. */
  readonly listenerDen: Float64Array
  /** Whether listeners bring money of their own: then that of listeners who heard nothing is still to be shared. */
  readonly isByListener: boolean
}

/**
 * @param base what each stream weighs before any model: 0 of a recording that is not paid, less than others of a stream that
 * is not credible.
 */
export type Model = (month: Month, rules: Rules, base: Int32Array) => Weighing
