/** Owns what the core asks the gateway to do: effects are returned, never done here. */

import type { ErrorName } from '../protocol/errors.ts'
import type { PlayRecord } from '../protocol/events/playback-record.ts'
import type { Ad } from './ad.ts'
import type { ChunkGrant } from './chunk-window.ts'
import type { Said } from './numbered.ts'
import type { Track } from './track.ts'

export type Effect =
  /** Send, and save: a resume may ask for it again. */
  | ({ readonly kind: 'say' } & Said)
  /** Tell what plays next: the newest list, after what was said before it. */
  | { readonly kind: 'suggest' }
  /** What the other devices see of this one has changed; `freed`: the fence of the lease that goes back, 0 when none does. */
  | { readonly kind: 'show'; readonly freed: number }
  | { readonly kind: 'grant'; readonly streamId: string; readonly track: Track | Ad; readonly grant: ChunkGrant }
  /** Append to `playback.events` once a save holds it; once an end is safe there, the will of its stream goes. */
  | { readonly kind: 'record'; readonly record: PlayRecord }
  /** Save the session, renew the lease of its stream (D4, D8). */
  | { readonly kind: 'save' }
  /** Answer what is not a request, and so has no number. */
  | { readonly kind: 'refuse'; readonly error: ErrorName; readonly message: string }

/** Nothing to do; shared, so that the common answer allocates nothing. */
export const NONE: readonly Effect[] = Object.freeze([])

export const SHOW: Effect = Object.freeze({ kind: 'show', freed: 0 })
export const SUGGEST: Effect = Object.freeze({ kind: 'suggest' })
export const SAVE: Effect = Object.freeze({ kind: 'save' })
export const SAVE_ONLY: readonly Effect[] = Object.freeze([SAVE])
