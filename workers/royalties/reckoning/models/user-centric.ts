/** Owns the user-centric model: what a listener pays goes to what he heard. */

import { add } from '../grouping.ts'
import type { Model } from './model.ts'

export const userCentric: Model = ({ listeners, streams }, _, base) => {
  const heard = new Float64Array(listeners.count)
  for (let stream = 0; stream < streams.count; stream += 1)
    add(heard, streams.listener[stream] as number, base[stream] as number)
  return {
    factor: base,
    listenerNum: listeners.revenue,
    // Whoever heard nothing has no stream that is weighed by it.
    listenerDen: heard.map((sum) => Math.max(sum, 1)),
    isByListener: true,
  }
}
