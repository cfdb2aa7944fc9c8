/** Owns how a listener came to a stream, by why it began: who picks a track sought it, who queues it has it, what comes next was chosen for him. */

import type { ReasonStart } from '../../../protocol/vocabulary.ts'
import type { Discovery } from '../reckoning/rules.ts'

const DISCOVERY_OF: Readonly<Record<ReasonStart, Discovery>> = {
  pick: 'search',
  queue: 'collection',
  previous: 'collection',
  next: 'algorithm',
  transfer: 'algorithm',
  reconnect: 'algorithm',
  unknown: 'algorithm',
}

export const discoveryOf = (reasonStart: string): Discovery => DISCOVERY_OF[reasonStart as ReasonStart] ?? 'algorithm'
