/** Owns what follows from a step of an account: who is told, which session goes on, which is stopped. */

import type { Context } from './context.ts'
import { greetWithDevices, nameOf, spread } from './devices.ts'
import type { LeaseEvents } from './lease-keeper.ts'
import { goOnLeased, loseLease } from './seat.ts'

/** @param context known by the time that anything happens */
export function leaseEvents(context: () => Context): LeaseEvents {
  return {
    listed: (accountId, list) => spread(context(), accountId, list),
    arrived: (held, list) => greetWithDevices(context(), held, list),
    stopped({ gateway_id, session_id, fence }, held) {
      const by = nameOf(held.session)
      void context().gateways.tell(gateway_id, { kind: 'stopped', session_id, fence, by })
    },
    regranted: (held, lease) => goOnLeased(context(), held, lease),
    lost: (held) => loseLease(context(), held),
  }
}
