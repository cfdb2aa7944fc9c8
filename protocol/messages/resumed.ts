/** Owns `resumed`: the session goes on, whole or said. */

import { type Static, Type } from '@sinclair/typebox'
import { AnswerTo, DurationMs, EpochMs, Message, SessionSeq, Text, Uuid } from '../fields.ts'
import { Playback } from './playback.ts'
import { UpNext } from './up-next.ts'

export const Resumed = Message(
  'resumed',
  'The answer to `resume`. `recovered`: every message after `last_seq` follows, in order, then live ones. Else something is lost, and the state as it is now comes with it.',
  {
    re: AnswerTo,
    session_id: Uuid('as before'),
    recovered: Type.Boolean({ description: 'nothing is missing' }),
    seq: SessionSeq('the sequence number of the session now, before what follows live'),
    last_request: Type.Integer({
      minimum: 0,
      description:
        'the highest `id` of a request that the session has answered; later ones never arrived: send them again',
    }),
    ticket: Text(512, 'for the next `resume`; the one before is good until the client has spoken again'),
    resume_within_ms: DurationMs('how long the session waits for a `resume` when its socket is gone'),
    server_time_ms: EpochMs('the clock of the gateway'),
    quiet_ms: Type.Optional(
      DurationMs(
        'many come back at once: for so long say only what cannot wait, and the first `heartbeat` when it is over',
      ),
    ),
    state: Type.Optional(
      Type.Object(
        {
          playback: Type.Omit(Playback, ['seq', 're']),
          up_next: UpNext,
        },
        { description: 'not recovered: what plays now, whole' },
      ),
    ),
  },
)
export type Resumed = Static<typeof Resumed>
