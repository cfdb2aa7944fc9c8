/** Owns the reading of a flag that is a list of names. */

import { InvalidArgumentError } from 'commander'

/** For `argParser`: names with commas between them, in the order of `all`. @throws {InvalidArgumentError} for one that is not of `all`. */
export function namesOf<const Name extends string>(all: readonly Name[]): (text: string) => readonly Name[] {
  return (text) => {
    const names = text.split(',').map((name) => name.trim())
    const unknown = names.filter((name) => !all.some((known) => known === name))
    if (unknown.length > 0) throw new InvalidArgumentError(`${unknown.join(', ')}: choose from ${all.join(', ')}`)
    return all.filter((name) => names.includes(name))
  }
}
