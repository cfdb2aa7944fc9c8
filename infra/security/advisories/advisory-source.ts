/** Owns the port to whoever knows of holes in packages. */

import type { Pin } from './pins.ts'

/** `unrated`: nobody has said how bad it is. */
export type Severity = 'low' | 'moderate' | 'high' | 'critical' | 'unrated'

export interface Advisory {
  readonly id: string
  /** Other names of the same hole. */
  readonly aliases: readonly string[]
  readonly summary: string
  readonly severity: Severity
  /** It was none. */
  readonly isWithdrawn: boolean
  /** By package, the versions in which it is mended. */
  readonly mendedBy: Readonly<Record<string, readonly string[]>>
}

export interface AdvisorySource {
  /**
   * The ids of what is known of each, in the order asked.
   * @throws {AdvisoriesAway}
   */
  idsOf(pins: readonly Pin[]): Promise<readonly (readonly string[])[]>
  /** @throws {AdvisoriesAway} */
  read(id: string): Promise<Advisory>
}

/** There is no answer, or none that can be read: that says nothing of the packages. */
export class AdvisoriesAway extends Error {
  override readonly name = 'AdvisoriesAway'
}
