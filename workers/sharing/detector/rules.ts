/** Owns what events are read by, beside what is remembered: the bounds, and what is known of networks. */

import { LIMITS, type Limits } from './limits.ts'
import { type KindOfNetwork, knownNetworks } from './networks.ts'

export interface Rules {
  readonly limits: Limits
  readonly kindOf: KindOfNetwork
}

export const USUAL_RULES: Rules = { limits: LIMITS, kindOf: knownNetworks }
