/** Handles `command`: another device of the listener is asked to do something. */

import type { Command } from '../../protocol/messages/command.ts'
import { done, refuse } from '../../session/answers.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { findDevice, nameOf } from '../devices.ts'
import { perform } from '../effects.ts'
import type { HeldSession } from '../held-session.ts'
import { answerRefused, mayControl } from './control-device.ts'

export async function onCommand(
  context: Context,
  connection: Connection,
  held: HeldSession,
  message: Command,
): Promise<void> {
  const { session } = held
  const { action, stream_id, position_ms, volume_percent } = message
  if (stream_id === undefined && (action === 'seek' || action === 'next')) {
    const effects = refuse(session, message.id, 'invalid_message', `command/stream_id: \`${action}\` names its stream`)
    perform(context, connection, held, effects, context.now())
    return
  }
  const device = findDevice(context, session, message.device_id)
  const refused = mayControl(session, device, message.fence)
  if (refused !== undefined || device === undefined) {
    answerRefused(context, connection, held, message.id, refused ?? 'device_away')
    return
  }
  const commanded = {
    type: 'commanded',
    by: nameOf(session),
    action,
    ...(stream_id === undefined ? {} : { stream_id }),
    ...(position_ms === undefined ? {} : { position_ms }),
    ...(volume_percent === undefined ? {} : { volume_percent }),
  } as const
  const fence = message.fence ?? 0
  const word = { kind: 'commanded', session_id: device.session_id, fence, message: commanded } as const
  if (!(await context.gateways.tell(device.gateway_id, word))) {
    answerRefused(context, connection, held, message.id, 'device_away')
    return
  }
  perform(context, connection, held, done(session, message.id), context.now())
}
