/**
 * Owns recording codes: reading those that files carry, and making one for a recording that came without.
 * Sources: ISO 3901; International ISRC Agency bulletin 2015/01 for validation.
 */

const FORM = /^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$/

/**
 * Our own range: country XX, which ISO 3166 leaves to users for ever and no ISRC agency gives out (ZZ is the international
 * agency's), registrant SEG. Such a code is known to be local by its first five letters and must not leave the house.
 */
export const LOCAL_PREFIX = 'XXSEG'

/** The designations of one year. */
const DESIGNATIONS = 100_000

/** The twelve characters of a code written in any of the usual ways, or undefined when it is none. */
export function readIsrc(text: string): string | undefined {
  const code = text
    .toUpperCase()
    .replace(/^\s*ISRC/, '')
    .replaceAll(/[\s:-]/g, '')
  return FORM.test(code) ? code : undefined
}

/**
 * A code for the recording with `sourceHash`: always the same, as long as no other recording had it before.
 * @param attempt counts from 0 how many codes were found taken.
 */
export function localIsrc(sourceHash: string, releasedOn: string | undefined, attempt: number): string {
  const year = releasedOn?.slice(2, 4) ?? '00'
  const start = Number.parseInt(sourceHash.slice(0, 12), 16)
  return `${LOCAL_PREFIX}${year}${String((start + attempt) % DESIGNATIONS).padStart(5, '0')}`
}
