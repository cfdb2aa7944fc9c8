/**
 * Owns how a listener came to a stream, by why it began: who picks a track sought it, everything else was chosen for him. The wire has no collection of
 * his and no editor: no stream is said to be of one.
 */

import type { ReasonStart } from '../../../protocol/vocabulary.ts'
import type { Discovery } from '../reckoning/rules.ts'

const DISCOVERY_OF: Readonly<Record<ReasonStart, Discovery>> = {
  // Of a track that was not up next: the gateway sees to that.
  pick: 'search',
  // What followed by itself, or was taken from the list of what would.
  queue: 'algorithm',
  next: 'algorithm',
  // Back to what came before, whoever had chosen it.
  previous: 'algorithm',
  // It goes on, and how it was come to is not told again.
  transfer: 'algorithm',
  reconnect: 'algorithm',
  unknown: 'algorithm',
}

/** A word that is not known earns nothing. */
export const discoveryOf = (reasonStart: string): Discovery =>
  Object.hasOwn(DISCOVERY_OF, reasonStart) ? DISCOVERY_OF[reasonStart as ReasonStart] : 'algorithm'
