/** Owns `error`: what could not be done, and whether to try again. */

import { type Static, Type } from '@sinclair/typebox'
import { AnswerTo, DurationMs, EpochMs, Message, SessionSeq, Text } from '../fields.ts'
import { NamedDevice } from './devices.ts'

export const ErrorMessage = Message('error', 'Something the client sent was refused. The session goes on.', {
  seq: Type.Optional(SessionSeq('of an error that answers a request: as other numbered messages')),
  re: Type.Optional(AnswerTo),
  batch: Type.Optional(Type.Integer({ minimum: 1, description: 'the refused `telemetry` batch' })),
  code: Type.Integer({ minimum: 100, maximum: 999, description: 'from the table of errors' }),
  name: Text(64, 'from the table of errors'),
  retriable: Type.Boolean({ description: 'true: the same message may succeed later' }),
  retry_after_ms: Type.Optional(DurationMs('how long to wait before trying again')),
  conflicts: Type.Optional(
    Type.Array(
      Type.Composite([
        NamedDevice,
        Type.Object({
          place: Type.Optional(Text(64, 'where it is, as far as that is known: `Berlin, DE`, or `DE`')),
          since_ms: EpochMs('since when it plays'),
        }),
      ]),
      { description: '`stream_limit`: the devices that stand in the way, the one that plays longest first' },
    ),
  ),
  message: Text(512, 'for a developer to read'),
})
export type ErrorMessage = Static<typeof ErrorMessage>
