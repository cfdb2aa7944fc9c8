/** Owns the events of a batch as a player sends them: twenty of one stream. */

import { uuidv7 } from '../../../protocol/ids.ts'
import type { TelemetryEvent } from '../../../protocol/telemetry-event.ts'

export const EVENTS_A_BATCH = 20

export function batchOf(streamId: string, nowMs: number): TelemetryEvent[] {
  return Array.from({ length: EVENTS_A_BATCH }, (_, i) => ({
    ...{ id: uuidv7(nowMs), seq: i + 1, kind: 'position' as const, at_ms: nowMs, stream_id: streamId },
    ...{ position_ms: 100_000 + 1_000 * i, buffer_ms: 12_000, bitrate_kbps: 160 as const },
  }))
}
