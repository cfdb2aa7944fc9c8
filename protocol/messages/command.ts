/** Owns `command`: one device asks another to do something. */

import { type Static, Type } from '@sinclair/typebox'
import { Fence, Message, PositionMs, RequestId, Text, Uuid, VolumePercent, Word } from '../fields.ts'

/** What a device may be asked to do. */
export const COMMANDS = ['play', 'pause', 'seek', 'next', 'volume'] as const

export const CommandFields = {
  action: Word(COMMANDS, '`play`: go on with what is paused'),
  stream_id: Type.Optional(
    Uuid('`seek` and `next`, which must have it: of which stream; what else the device plays by now is left alone'),
  ),
  position_ms: Type.Optional(PositionMs('`seek`: to where')),
  volume_percent: Type.Optional(VolumePercent),
}

export const Command = Message(
  'command',
  'Asks another device of the same member to do something. Answered by `done` when that device is told; what it does then is seen in `devices`.',
  {
    id: RequestId,
    device_id: Text(64, 'the device that is asked'),
    fence: Type.Optional(Fence('of that device in `devices`: when it was granted a lease since, it is not told')),
    ...CommandFields,
  },
)
export type Command = Static<typeof Command>
