/** Owns hours of listening by a seed, as they are written: in batches, repeated, out of order, late, and by two writers that do not see each other. */

import { uuidv7 } from '../../../../protocol/ids.ts'
import { pick as pickOf, seededRandom } from '../../../demo/seeded-random.ts'
import { dateTimeText, type EventRow, endedVersion, STARTED_VERSION, type StreamRow } from '../../playback-rows.ts'
import { SILENT_EVENT } from '../../testing/silent-event.ts'
import type { Written } from './recount.ts'

/** What is written before a pass, insert by insert, and the clock of the pass. */
export interface Turn {
  readonly batches: readonly (readonly Written[])[]
  readonly nowMs: number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const TURN_MS = 25 * MINUTE_MS
const TURNS = 14
const KINDS = ['started', 'position', 'stalled', 'bitrate-switched', 'failed']
const ENDS = ['completed', 'next', 'pick', 'lost']
/** An evening, so that it goes on into another day; a recent one, or it were past keeping. */
export const BEGIN_MS = Math.floor(Date.now() / DAY_MS - 1) * DAY_MS + 20 * 3_600_000 + 10 * MINUTE_MS

export function randomWorld(seed: number, closeAfterMs: number): Turn[] {
  const random = seededRandom(seed)
  const below = (n: number) => Math.floor(random() * n)
  const pick = <T>(values: readonly T[]): T => pickOf(random, values)
  const tracks = Array.from({ length: 4 }, () => uuidv7(BEGIN_MS))
  const who = () => ({
    account_id: `account-${below(9)}`,
    session_id: uuidv7(BEGIN_MS),
    device_id: 'd',
    device_kind: pick(['web', 'phone']),
    plan: pick(['free', 'family']),
    country: pick(['DE', 'FR']),
  })

  /** Most are written within the minute, some within the time that is given, some after it. */
  const writtenAt = (happened: number, floorMs: number) => {
    const delay = pick([below(MINUTE_MS), below(MINUTE_MS), below(closeAfterMs), closeAfterMs * (1 + 2 * random())])
    return Math.max(floorMs, Math.floor(happened + delay))
  }

  const all: Written[] = []
  const write = (entry: Written) => {
    all.push(entry)
    if (below(4) === 0) all.push({ ...entry, at_ms: entry.at_ms + below(20_000) })
    if (below(8) === 0) all.push({ ...entry, at_ms: entry.at_ms + below(2 * closeAfterMs) })
  }
  for (let i = 0; i < 160; i += 1) {
    const happened_ms = BEGIN_MS + below(TURNS * TURN_MS)
    if (below(3) > 0) {
      const at_ms = writtenAt(happened_ms, 0)
      const kind = pick(KINDS)
      const row: EventRow = {
        ...who(),
        event_id: uuidv7(happened_ms),
        seq: 1,
        kind,
        event_time: dateTimeText(happened_ms),
        server_time: dateTimeText(at_ms),
        stream_id: uuidv7(happened_ms),
        ...SILENT_EVENT,
        startup_ms: kind === 'started' ? below(3_000) : null,
        stall_ms: kind === 'stalled' ? below(9_000) : null,
      }
      write({ table: 'playback_events', row, at_ms, happened_ms, name: `${row.account_id}${row.event_id}0` })
      continue
    }
    const start: StreamRow = {
      ...who(),
      stream_id: uuidv7(happened_ms),
      version: STARTED_VERSION,
      track_id: pick(tracks),
      isrc: 'ZZSEG2600001',
      artist_id: tracks[0] ?? '',
      started_at: dateTimeText(happened_ms),
      reason_start: pick(['pick', 'next', 'queue']),
      fence: null,
    }
    const stream = (row: StreamRow, at_ms: number) =>
      write({ table: 'streams', row, at_ms, happened_ms, name: `${row.account_id}${row.stream_id}${row.version}` })
    const startedAt = writtenAt(happened_ms, 0)
    stream(start, startedAt)
    for (let end = below(3); end > 0; end -= 1) {
      const ms_played = below(120_000)
      const ended = {
        ...start,
        version: endedVersion(ms_played),
        ended_at: dateTimeText(happened_ms + ms_played),
        reason_end: pick(ENDS),
        ms_played,
        ms_claimed: ms_played,
        ms_granted: ms_played,
        position_ms: ms_played,
        flags: below(6) === 0 ? ['claim-exceeds-elapsed'] : [],
      }
      stream(ended, writtenAt(happened_ms + ms_played, startedAt))
    }
  }

  return Array.from({ length: TURNS }, (_, turn) => {
    const from = BEGIN_MS + turn * TURN_MS
    const to = from + TURN_MS
    // Each insert is of one of two writers; within one, the order is any.
    const due = all.filter(({ at_ms }) => at_ms >= from && at_ms < to).sort((a, b) => a.at_ms - b.at_ms)
    const half = Math.ceil(due.length / 2)
    const batches = [due.slice(0, half), due.slice(half)]
      .flatMap((part) => {
        const first = part.filter(() => below(2) === 0)
        return [first, part.filter((entry) => !first.includes(entry))]
      })
      .filter((batch) => batch.length > 0)
    return { batches, nowMs: to }
  })
}
