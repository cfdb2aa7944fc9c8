/** Owns what rows of events say of themselves in tests when they say nothing more: a new column is one line here. */

import type { EventRow } from '../playback-rows.ts'

export const SILENT_EVENT = {
  position_ms: 0,
  startup_ms: null,
  stall_ms: null,
  buffer_ms: null,
  bitrate_kbps: null,
  reason: null,
  fence: null,
  stale: false,
  offline: false,
} as const satisfies Partial<EventRow>
