/** Owns how limits of travel are written: `100:300,700:1000` is no faster than 300 km/h from 100 km on, and than 1,000 from 700 on. */

import type { EnvReader } from '../../../infra/runtime/env.ts'
import type { TravelLimit } from './distance.ts'
import { LIMITS } from './limits.ts'

const FORM = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/
/** For messages: what is wanted. */
export const TRAVEL_FORM = 'kilometres and kilometres an hour above 0, as 100:300'

/** Undefined: it is not written so. */
export function travelLimitOf(word: string): TravelLimit | undefined {
  const [, fromKm, fasterThanKmh] = FORM.exec(word) ?? []
  // No speed at all would make every journey impossible.
  if (fromKm === undefined || Number(fasterThanKmh) === 0) return undefined
  return { fromKm: Number(fromKm), fasterThanKmh: Number(fasterThanKmh) }
}

/** Each that is named is a limit; the usual ones unless some are named. */
export function travelLimits(read: EnvReader, name: string): readonly TravelLimit[] {
  const words = read.list(name, [])
  if (words.length === 0) return LIMITS.travel
  return words.flatMap((word) => {
    const limit = travelLimitOf(word)
    if (limit === undefined) read.refuse(`${name}: '${word}' is not ${TRAVEL_FORM}`)
    return limit ?? []
  })
}
