/** Owns what a listener reads when something could not be done. */

import { SegueError } from '../../../protocol/client/index.ts'

const SAYINGS: Readonly<Record<string, string>> = {
  unknown_track: 'This track is not in the catalog any more.',
  track_unavailable: 'This track may not be played at the moment.',
  unavailable: 'A server does not answer just now. Try again in a moment.',
  overloaded: 'Too many are listening just now. Try again in a moment.',
  disconnected: 'There is no connection just now. Try again when it is back.',
  timeout: 'The gateway did not answer in time. Try again.',
  stream_limit: 'Another device goes on playing.',
  stale_fence: 'Playback has moved meanwhile. Look again where it is.',
  device_away: 'That device is not there any more, or has nothing to play.',
  ad_plays: 'An advertisement plays. The music goes on after it.',
  forbidden: 'That device belongs to someone else of this account.',
  no_stream: 'Nothing is playing.',
  wrong_stream: 'Something else plays by now.',
  internal: 'The gateway failed. Try again.',
}

/** One sentence for `error`; what it says of itself when there is no better one. */
export function playerErrorText(error: unknown): string {
  if (error instanceof SegueError) return SAYINGS[error.code] ?? error.message
  if (error instanceof DOMException && error.name === 'NotAllowedError')
    return 'The browser wants a click before it plays.'
  return error instanceof Error ? error.message : String(error)
}
