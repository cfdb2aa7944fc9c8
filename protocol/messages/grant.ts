/** Owns `grant`: signed addresses of the next chunks. */

import { type Static, Type } from '@sinclair/typebox'
import { EpochMs, Message, Text, Uuid } from '../fields.ts'
import { BITRATES_KBPS } from '../vocabulary.ts'

export const Grant = Message(
  'grant',
  'Addresses signed for a short life. A chunk may be granted again, with a newer address, before the older one expires unused.',
  {
    stream_id: Uuid('the open stream'),
    bitrate_kbps: Type.Union(BITRATES_KBPS.map((rate) => Type.Literal(rate))),
    expires_at_ms: EpochMs('after this the store answers 403'),
    init_url: Type.Optional(Text(2_048, 'the initialisation segment, with the first grant of a rendition')),
    chunks: Type.Array(
      Type.Object({
        index: Type.Integer({ minimum: 0, description: 'the number of the chunk' }),
        url: Text(2_048, 'GET it as it is'),
      }),
    ),
  },
)
export type Grant = Static<typeof Grant>
