/** Owns `found`: what a search has found. */

import { type Static, Type } from '@sinclair/typebox'
import { AnswerTo, DurationMs, Message, Text, Uuid, Word } from '../fields.ts'
import { MOST_FOUND, MOST_FOUND_AT_ONCE } from '../search-bounds.ts'
import { FOUND_KINDS } from '../vocabulary.ts'

const Marks = (of: string) =>
  Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 512 }), {
      maxItems: 128,
      description: `where ${of} is what was asked for: begin and end, begin and end, by UTF-16 code units`,
    }),
  )

export const Found = Message('found', 'The answer to `search`, the best first.', {
  re: AnswerTo,
  total: Type.Integer({
    minimum: 0,
    maximum: MOST_FOUND,
    description: `how many there are in all; ${MOST_FOUND} are as many or more`,
  }),
  hits: Type.Array(
    Type.Object({
      kind: Word(FOUND_KINDS, 'what it is'),
      id: Uuid('of the track, artist, album or playlist'),
      title: Text(512, 'its title, or the name of the artist'),
      title_marks: Marks('the title'),
      artist: Type.Optional(Text(512, 'of a track or album: whose it is')),
      artist_marks: Marks('the artist'),
      artist_id: Type.Optional(Uuid('the same artist')),
      album: Type.Optional(Text(512, 'of a track: what it stands on')),
      album_marks: Marks('the album'),
      album_id: Type.Optional(Uuid('the same album')),
      duration_ms: Type.Optional(DurationMs('of a track: its length')),
      tracks: Type.Optional(Type.Integer({ minimum: 0, description: 'of an album or playlist: how many it has' })),
      is_explicit: Type.Boolean({
        description:
          'whether its words are not for children; of an artist, album or playlist: those of all of its tracks that can be played',
      }),
    }),
    { maxItems: MOST_FOUND_AT_ONCE },
  ),
})
export type Found = Static<typeof Found>
