/** Owns `playback`: what the session plays now. */

import { type Static, Type } from '@sinclair/typebox'
import { AnswerTo, DurationMs, EpochMs, Fence, Message, PositionMs, SessionSeq, Text, Uuid, Word } from '../fields.ts'
import { BITRATES_KBPS, REASONS_END } from '../vocabulary.ts'
import { NamedDevice } from './devices.ts'

export const TrackInfo = Type.Object(
  {
    track_id: Uuid('the track'),
    title: Text(512, 'its title'),
    artist_id: Uuid('the main artist'),
    artist: Text(512, 'the name of the artist'),
    album_id: Uuid('the album'),
    album: Text(512, 'the title of the album'),
    isrc: Text(12, 'the recording'),
    duration_ms: DurationMs('its length'),
    chunk_ms: DurationMs('chunk `i` begins at the first audio frame at or after `i * chunk_ms`'),
    renditions: Type.Array(
      Type.Object({
        bitrate_kbps: Type.Union(BITRATES_KBPS.map((rate) => Type.Literal(rate))),
        codec: Text(32, 'RFC 6381, for `audio/mp4; codecs="…"`'),
        chunk_count: Type.Integer({ minimum: 1, description: 'chunks are numbered from 0' }),
      }),
      { minItems: 1 },
    ),
  },
  { description: 'what a player needs to know of a track' },
)
export type TrackInfo = Static<typeof TrackInfo>

export const AdInfo = Type.Object(
  {
    impression_id: Uuid('of this one time: the same as `stream_id`'),
    campaign_id: Uuid('the campaign'),
    creative_id: Uuid('what is heard of it'),
    title: Text(512, 'its title'),
    sponsor: Text(512, 'who pays for it'),
    click_url: Type.Optional(Text(2_048, 'where the listener may go, https')),
    skip_after_ms: Type.Optional(DurationMs('heard for so long, it may be left by `next`; absent: it may not')),
    duration_ms: DurationMs('its length'),
    chunk_ms: TrackInfo.properties.chunk_ms,
    renditions: TrackInfo.properties.renditions,
  },
  { description: 'an advertisement that plays in place of a track, and what comes next after it' },
)
export type AdInfo = Static<typeof AdInfo>

export const Playback = Message(
  'playback',
  'The answer to `play`, `pause`, `seek`, `next` and `stop`, and what the gateway says by itself when playback changes.',
  {
    seq: SessionSeq('rises by one with every numbered message of the session'),
    re: Type.Optional(AnswerTo),
    status: Word(['playing', 'paused', 'stopped'] as const, 'what the open stream does; `stopped`: there is none now'),
    stream_id: Type.Optional(Uuid('UUIDv7 made by the gateway; of the ended stream when `stopped`')),
    position_ms: PositionMs('where the playhead is'),
    at_ms: EpochMs('server time of this state'),
    track: Type.Optional(TrackInfo),
    ad: Type.Optional(AdInfo),
    reason: Type.Optional(Word(REASONS_END, '`stopped`: why')),
    fence: Type.Optional(Fence('of the lease it plays under; the client repeats it')),
    by: Type.Optional(NamedDevice),
  },
)
export type Playback = Static<typeof Playback>
