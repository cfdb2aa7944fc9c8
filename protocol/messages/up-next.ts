/** Owns `up_next`: what plays after this. */

import { type Static, Type } from '@sinclair/typebox'
import { DurationMs, Message, Revision, Text, Uuid } from '../fields.ts'

export const UpNext = Message(
  'up_next',
  'The whole list, in order, whenever it changes. `next` plays its first track.',
  {
    revision: Revision(
      'rises by one whenever the list changes; one that is left out was replaced before it could be sent',
    ),
    tracks: Type.Array(
      Type.Object({
        track_id: Uuid('the track'),
        title: Text(512, 'its title'),
        artist: Text(512, 'the name of the artist'),
        album: Text(512, 'the title of the album'),
        duration_ms: DurationMs('its length'),
        why: Text(128, 'why it is here, for the listener to read'),
      }),
      { maxItems: 50 },
    ),
  },
)
export type UpNext = Static<typeof UpNext>
