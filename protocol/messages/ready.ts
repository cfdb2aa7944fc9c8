/** Owns `ready`: the sign-in is accepted and the session has begun. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, EpochMs, Message, Text, Uuid, Word } from '../fields.ts'
import { PLANS } from '../vocabulary.ts'

export const Ready = Message('ready', 'The answer to `authenticate`: everything else may now be sent.', {
  session_id: Uuid('UUIDv7, made by the gateway'),
  account: Type.Object({
    id: Text(64, 'the subject of the token'),
    name: Text(256, 'what to call the listener'),
    plan: Word(PLANS, 'what the account pays for'),
    country: Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }),
  }),
  ticket: Text(512, 'for `resume`, on any gateway, when the socket is gone'),
  resume_within_ms: DurationMs('how long the session waits for a `resume` when its socket is gone'),
  token_expires_at_ms: EpochMs('send `refresh` before; some time after it the socket is closed with 4006'),
  server_time_ms: EpochMs('the clock of the gateway: the client corrects its event times by it'),
})
export type Ready = Static<typeof Ready>
