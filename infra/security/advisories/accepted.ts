/** Owns which known holes are lived with for a while, each with its reason and its end. */

export interface Acceptance {
  /** Of the advisory, or one of its other names. */
  readonly id: string
  readonly package: string
  /** Why it does no harm here. */
  readonly why: string
  /** Its last day, in UTC: from the next on it counts again. */
  readonly until: string
}

export const ACCEPTED: readonly Acceptance[] = []
