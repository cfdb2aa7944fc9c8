/** Owns what the core asks the gateway to do: effects are returned, never done here. */

import type { ErrorName } from '../protocol/errors.ts'
import type { StreamEnded, StreamStarted } from '../protocol/events/playback-record.ts'
import type { Playback } from '../protocol/messages/playback.ts'
import type { ChunkGrant } from './chunk-window.ts'
import type { Track } from './track.ts'
import type { UpNextTrack } from './up-next.ts'

export type Effect =
  | { readonly kind: 'playback'; readonly message: Playback }
  | { readonly kind: 'grant'; readonly streamId: string; readonly track: Track; readonly grant: ChunkGrant }
  | { readonly kind: 'up-next'; readonly tracks: readonly UpNextTrack[] }
  /** Append to `playback.events`; once an end is safe there, the snapshot of its stream goes. */
  | { readonly kind: 'record'; readonly record: StreamStarted | StreamEnded }
  /** Renew the lease and the snapshot that the reaper would end the stream from (D4). */
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'refuse'; readonly re: number | undefined; readonly error: ErrorName; readonly message: string }

/** Nothing to do; shared, so that the common answer allocates nothing. */
export const NONE: readonly Effect[] = Object.freeze([])
