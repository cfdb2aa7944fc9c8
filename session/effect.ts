/** Owns what the core asks the gateway to do: effects are returned, never done here. */

import type { ErrorName } from '../protocol/errors.ts'
import type { StreamEnded, StreamStarted } from '../protocol/events/playback-record.ts'
import type { ChunkGrant } from './chunk-window.ts'
import type { Numbered } from './numbered.ts'
import type { Track } from './track.ts'

export type Effect =
  /** Send, and save: a resume may ask for it again. */
  | { readonly kind: 'say'; readonly message: Numbered }
  | { readonly kind: 'grant'; readonly streamId: string; readonly track: Track; readonly grant: ChunkGrant }
  /** Append to `playback.events`; once an end is safe there, the snapshot of its stream goes. */
  | { readonly kind: 'record'; readonly record: StreamStarted | StreamEnded }
  /** Save the session, renew the lease of its stream (D4, D8). */
  | { readonly kind: 'save' }
  /** Answer what is not a request, and so has no number. */
  | { readonly kind: 'refuse'; readonly error: ErrorName; readonly message: string }

/** Nothing to do; shared, so that the common answer allocates nothing. */
export const NONE: readonly Effect[] = Object.freeze([])
