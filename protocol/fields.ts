/** Owns the field types that messages share: identifiers, times, positions. */

import { type TLiteral, type TSchema, Type } from '@sinclair/typebox'

const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
/** No track is longer than a day. */
export const MAX_POSITION_MS = 86_400_000

/** A UUID in lower case with hyphens. */
export const Uuid = (description: string) => Type.String({ pattern: UUID_PATTERN, description })

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const EpochMs = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })

/** A length of time in milliseconds. */
export const DurationMs = (description: string, maximum = MAX_POSITION_MS) =>
  Type.Integer({ minimum: 0, maximum, description })

/** A place in a track, in milliseconds from its first sample. */
export const PositionMs = (description: string) => Type.Integer({ minimum: 0, maximum: MAX_POSITION_MS, description })

export const MAX_REQUEST_ID = 4_294_967_295

/** The request's own number, chosen by the client, that its answer repeats as `re`. */
export const RequestId = Type.Integer({
  minimum: 1,
  maximum: MAX_REQUEST_ID,
  description: 'chosen by the client; the answer or error repeats it as `re`',
})

/** The number of the request that this message answers. */
export const AnswerTo = Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'the `id` of the request' })

/** The stream that a request is about: it may be over, and another one open, by the time it is done. */
export const OfStream = Uuid(
  'the open stream, as the client knows it; when another one is open by now, nothing is done',
)

/** Which of the states that replace each other this is. */
export const Revision = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })

/** Which grant of a stream lease this is about: a later grant of the account has a higher one. */
export const Fence = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })

/** Loudness as the listener sets it, from silence to full. */
export const VolumePercent = Type.Integer({
  minimum: 0,
  maximum: 100,
  description: 'the volume of the device, percent',
})

/** A place in the messages of a session that are never lost: playback, and answers. */
export const SessionSeq = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description })

/** Text with bounds, in characters. */
export const Text = (maxLength: number, description: string) => Type.String({ minLength: 1, maxLength, description })

/** One of the listed words. */
export const Word = <const T extends readonly string[]>(words: T, description: string) =>
  Type.Union(
    words.map((word): TLiteral<T[number]> => Type.Literal(word)),
    { description },
  )

/** A message: a map whose `type` is its name. Unknown fields are ignored by whoever receives it. */
export const Message = <const Name extends string, Fields extends Record<string, TSchema>>(
  name: Name,
  description: string,
  fields: Fields,
) => Type.Object({ type: Type.Literal(name), ...fields }, { description })
