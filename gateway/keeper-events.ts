/** Owns what a gateway does when a session that it holds was saved, taken by another, or lost its stream. */

import type { Context } from './context.ts'
import { record, recordOwn, recordRest } from './effects.ts'
import { loseStream, unseat, voice } from './seat.ts'
import type { KeeperEvents } from './session-keeper.ts'

/** @param context asked when something happens: the keeper is a part of it */
export function keeperEvents(context: () => Context): KeeperEvents {
  return {
    send: (held, unsent) => voice(context(), held, unsent),
    record: (held, value) => record(context(), held, value),
    elsewhere(held) {
      recordOwn(context(), held)
      unseat(context(), held.session.who.session_id, held.epoch + 1)
    },
    letGo: (held) => recordRest(context(), held),
    streamEnded: (held, streamId) => loseStream(context(), held, streamId),
  }
}
