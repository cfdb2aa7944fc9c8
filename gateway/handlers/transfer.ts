/** Handles `transfer`: the other device's gateway is told, and what that device then does is seen by all. */

import type { Transfer } from '../../protocol/messages/transfer.ts'
import { done } from '../../session/answers.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { findDevice } from '../devices.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { answerRefused, mayControl } from './control-device.ts'

export async function onTransfer(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Transfer,
): Promise<void> {
  const { session } = held
  const { session_id, device_id } = session.who
  const from = findDevice(context, session, message.from_device_id)
  // The device that asks is this session, though another tab of it may be the one that plays.
  const here = { gateway_id: context.gatewayId, session_id, member: session.device.member, fence: 0 }
  const to = message.to_device_id === device_id ? here : findDevice(context, session, message.to_device_id)
  const refused = mayControl(session, from, message.fence) ?? mayControl(session, to, undefined)
  if (refused !== undefined || from === undefined || to === undefined) {
    answerRefused(context, connection, held, message.id, refused ?? 'device_away')
    return
  }
  const source = { session_id: from.session_id, device_id: from.device_id }
  const word = { kind: 'take', session_id: to.session_id, from: source, fence: message.fence } as const
  const isTold = from.fence > 0 && (await context.gateways.tell(to.gateway_id, word))
  if (!isTold) answerRefused(context, connection, held, message.id, 'device_away')
  else perform(context, connection, held, done(session, message.id), context.now())
}
