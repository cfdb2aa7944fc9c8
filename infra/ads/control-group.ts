/** Owns who is of the control group of a campaign: drawn once and for all by a hash of both, so that every gateway says the same. Pure. */

import { createHash } from 'node:crypto'

const DRAWN_BYTES = 6

/** Of so many in a hundred accounts; whoever is of one group is of none other by that. */
export function isOfControlGroup(campaignId: string, accountId: string, controlPercent: number): boolean {
  if (controlPercent <= 0) return false
  const drawn = createHash('sha256').update(`${campaignId}:${accountId}`).digest().readUIntBE(0, DRAWN_BYTES)
  return (drawn / 2 ** (8 * DRAWN_BYTES)) * 100 < controlPercent
}
