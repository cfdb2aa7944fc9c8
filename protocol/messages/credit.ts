/** Owns `credit`: how much audio the player has room for. */

import { type Static, Type } from '@sinclair/typebox'
import { Fence, Message, Uuid } from '../fields.ts'
import { BITRATES_KBPS } from '../vocabulary.ts'

export const Credit = Message(
  'credit',
  'Says which chunks the player wants: all before `next_chunk` are held or passed, and there is room for `chunks` from there on. ' +
    'It is absolute: the last one sent is the one that counts, and sending it again does no harm. Answered by `grant`s as the look-ahead allows.',
  {
    stream_id: Uuid('the open stream'),
    bitrate_kbps: Type.Union(
      BITRATES_KBPS.map((rate) => Type.Literal(rate)),
      { description: 'the rendition wanted from here on' },
    ),
    next_chunk: Type.Integer({ minimum: 0, maximum: 100_000, description: 'the first chunk wanted' }),
    chunks: Type.Integer({ minimum: 0, maximum: 64, description: 'how many, from there on' }),
    fence: Type.Optional(Fence('of the newest `playback`')),
  },
)
export type Credit = Static<typeof Credit>
