/** Owns what a player reports of one stream: which telemetry event is due, with which figures. */

import type { TelemetryEvent } from '../../../protocol/client/index.ts'
import type { BitrateKbps, TelemetryKind } from '../../../protocol/vocabulary.ts'
import { createStallWatch } from './stall-watch.ts'

const POSITION_EVERY_MS = 10_000

export type Seen = Omit<TelemetryEvent, 'id' | 'seq' | 'kind' | 'at_ms' | 'stream_id'>

/** What is so at the moment of any event. */
export type Transport = Pick<Seen, 'position_ms' | 'top_kbps' | 'throughput_kbps'> & { readonly buffer_ms: number }

export interface ListeningReport {
  /** The playhead stands still for want of audio. */
  stands(): void
  /** It moves: for the first time, or again. */
  moves(): void
  /** Called often, with the bitrate at the playhead. */
  heard(bitrate: BitrateKbps | undefined): void
  paused(): void
  resumed(): void
  seeked(positionMs: number): void
  skipped(): void
  completed(): void
  failed(reason: string): void
}

export function createListeningReport(
  askedAtMs: number,
  seen: () => Transport,
  send: (kind: TelemetryKind, fields: Seen) => void,
  now: () => number = () => performance.now(),
): ListeningReport {
  const stall = createStallWatch()
  let started = false
  let over = false
  let moving = false
  let starved = false
  /** To begin, to seek or after a stall; until the playhead moves. */
  let awaited = true
  let bitrate: BitrateKbps | undefined
  let positionDueMs = 0

  const say = (kind: TelemetryKind, fields: Partial<Seen> = {}) => {
    if (over) return
    const heard = bitrate === undefined ? {} : { bitrate_kbps: bitrate }
    send(kind, { ...seen(), ...heard, starved, starting: awaited, ...fields })
    starved = false
  }
  const end = (kind: TelemetryKind, fields: Partial<Seen> = {}) => {
    say(kind, fields)
    over = true
  }

  return {
    stands() {
      moving = false
      if (!started) return
      // After a seek it was emptied, and did not run empty.
      if (!awaited) starved = true
      awaited = true
      stall.stands(now())
    },
    moves() {
      moving = true
      awaited = false
      if (!started) {
        started = true
        positionDueMs = now() + POSITION_EVERY_MS
        say('started', { startup_ms: Math.max(0, Math.round(now() - askedAtMs)) })
        return
      }
      const stall_ms = stall.moves(now())
      if (stall_ms !== undefined) say('stalled', { stall_ms })
    },
    heard(at) {
      if (at !== undefined && at !== bitrate) {
        const before = bitrate
        bitrate = at
        if (before !== undefined) say('bitrate-switched')
      }
      if (started && moving && now() >= positionDueMs) {
        positionDueMs = now() + POSITION_EVERY_MS
        say('position')
      }
    },
    paused() {
      moving = false
      stall.excused()
      say('paused')
    },
    resumed() {
      stall.excused()
      if (seen().buffer_ms > 0) awaited = false
      positionDueMs = now() + POSITION_EVERY_MS
      say('resumed')
    },
    seeked(positionMs) {
      stall.excused()
      awaited = seen().buffer_ms === 0
      say('seeked', { position_ms: positionMs })
    },
    skipped: () => end('skipped'),
    completed: () => end('completed'),
    failed: (reason) => end('failed', { reason: reason.slice(0, 64) }),
  }
}
