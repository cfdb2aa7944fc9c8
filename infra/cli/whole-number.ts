/** Owns the reading of a flag that is a whole number. */

import { InvalidArgumentError } from 'commander'

/** For `argParser`. @throws {InvalidArgumentError} for anything but a whole number from `least` to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`a whole number ${bounds} is wanted`)
  }
}
