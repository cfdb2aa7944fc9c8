/** Owns `search`: what of the catalog is called so. */

import { type Static, Type } from '@sinclair/typebox'
import { Message, RequestId, Word } from '../fields.ts'
import { MOST_FOUND, MOST_FOUND_AT_ONCE } from '../search-bounds.ts'
import { FOUND_KINDS } from '../vocabulary.ts'

export const Search = Message(
  'search',
  'What is called so, as far as it is typed. Answered by `found`, or by an `error` with its `id`, out of turn: neither is numbered, and neither is said again after a `resume`.',
  {
    id: RequestId,
    query: Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: '\\S',
      description: 'as the listener typed it, the last word perhaps not to its end; not of spaces alone',
    }),
    kinds: Type.Optional(
      Type.Array(Word(FOUND_KINDS, 'a kind'), {
        minItems: 1,
        maxItems: FOUND_KINDS.length,
        description: 'these alone; all when absent',
      }),
    ),
    explicit: Type.Optional(
      Type.Boolean({
        description: 'false: nothing whose words are not for children; as the listener has it when absent',
      }),
    ),
    offset: Type.Optional(
      Type.Integer({ minimum: 0, maximum: MOST_FOUND, description: 'how many to pass over; 0 when absent' }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MOST_FOUND_AT_ONCE, description: 'how many at most; 10 when absent' }),
    ),
  },
)
export type Search = Static<typeof Search>
