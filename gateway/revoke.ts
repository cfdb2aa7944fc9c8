/** Owns what is done when sign-ins have ended at the issuer: their sockets close, and what they play ends. */

import { signOut } from '../session/requests.ts'
import type { Context } from './context.ts'
import { perform } from './effects.ts'
import { close } from './outbox.ts'

/** Looks at every socket here: each costs a look into a table. */
export function closeRevoked(context: Context): void {
  const nowMs = context.now()
  for (const connection of context.connections) {
    const { state } = connection
    if (state.at !== 'ready') continue
    const { held } = state
    if (!context.endedSignIns.includes(held.session.who.account_id, held.signIn)) continue
    perform(context, connection, held, signOut(held.session, nowMs), nowMs)
    context.leases.leave(held)
    close(context, connection, 'token_revoked')
  }
}
