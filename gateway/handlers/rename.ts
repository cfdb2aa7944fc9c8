/** Handles `rename`: the device has another name in this session, and in the others that it has. */

import type { Rename } from '../../protocol/messages/rename.ts'
import { rename } from '../../session/renaming.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'

export function onRename(context: Context, connection: Connection, held: HeldSession, { id, name }: Rename): void {
  const { account_id, device_id, session_id } = held.session.who
  perform(context, connection, held, rename(held.session, id, name), context.now())
  for (const other of context.deviceLists.get(account_id)?.devices ?? []) {
    if (other.device_id !== device_id || other.session_id === session_id) continue
    void context.gateways.tell(other.gateway_id, { kind: 'renamed', session_id: other.session_id, name })
  }
}
