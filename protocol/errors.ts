/** Owns the table of errors: what `error` messages and HTTP answers may say. The session goes on after any of them. */

export interface ErrorEntry {
  readonly code: number
  /** The same message may succeed later. */
  readonly retriable: boolean
  readonly meaning: string
}

/** 1xx the frame, 2xx the request, 3xx the listener's rights, 4xx the servers behind. */
export const ERRORS = {
  malformed_frame: {
    code: 100,
    retriable: false,
    meaning: 'the frame is not one MessagePack or JSON map with a `type`',
  },
  wrong_frame_kind: {
    code: 101,
    retriable: false,
    meaning: 'text where the subprotocol has binary frames, or the reverse',
  },
  unknown_message: { code: 102, retriable: false, meaning: 'the `type` is not in the specification' },
  invalid_message: { code: 103, retriable: false, meaning: 'a field is missing, of the wrong type or out of bounds' },
  unknown_track: { code: 200, retriable: false, meaning: 'there is no such track' },
  track_unavailable: { code: 201, retriable: false, meaning: 'the track exists and may not be played now' },
  no_stream: { code: 202, retriable: false, meaning: 'the request needs an open stream and there is none' },
  wrong_stream: { code: 203, retriable: false, meaning: 'the named stream is not the open one' },
  not_paused: { code: 204, retriable: false, meaning: '`play` without a track needs a paused stream' },
  out_of_track: { code: 205, retriable: false, meaning: 'the position or chunk is beyond the end of the track' },
  unknown_rendition: { code: 206, retriable: false, meaning: 'the track has no rendition of that bitrate' },
  event_time_out_of_range: {
    code: 207,
    retriable: false,
    meaning: 'an event is from the future or older than 30 days',
  },
  session_gone: { code: 208, retriable: false, meaning: 'the session waited too long for its `resume`; authenticate' },
  too_many_requests: { code: 209, retriable: true, meaning: 'more than the limits allow; wait as long as it says' },
  stream_limit: {
    code: 210,
    retriable: false,
    meaning: 'the streams of the plan are in use; `conflicts` says by which devices',
  },
  stale_fence: { code: 211, retriable: false, meaning: 'another device was granted the stream since' },
  device_away: { code: 212, retriable: false, meaning: 'the device is not there, or has nothing to go on with' },
  ad_plays: {
    code: 213,
    retriable: false,
    meaning: 'an advertisement plays, and may not be left before its end or moved in',
  },
  forbidden: { code: 300, retriable: false, meaning: 'the token lacks the role that this needs' },
  unauthorized: { code: 301, retriable: false, meaning: 'the token is missing or not good' },
  not_found: { code: 302, retriable: false, meaning: 'there is nothing at this address' },
  unavailable: { code: 400, retriable: true, meaning: 'a server behind the gateway does not answer' },
  overloaded: { code: 401, retriable: true, meaning: 'the gateway has too much under way' },
  internal: { code: 500, retriable: true, meaning: 'a defect of the gateway, noted in its log' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorName = keyof typeof ERRORS
