/** Owns the judgement of a drill: what clients saw on their wires against what the books say. Pure. */

import { COUNTABLE_MS } from '../../protocol/vocabulary.ts'
import type { BookedStream, PaidStream } from './books.ts'

/** A heartbeat says where the playhead is in whole milliseconds, and each of a few dozen may round up by half of one. */
export const HEARD_TOLERANCE_MS = 100

/** What all clients together saw. */
export interface Seen {
  readonly acknowledged: ReadonlySet<string>
  readonly sent: ReadonlySet<string>
  readonly streams: ReadonlySet<string>
  /** What the players themselves played of each stream. */
  readonly heardMs: ReadonlyMap<string, number>
}

export interface Booked {
  readonly events: ReadonlyMap<string, number>
  readonly streams: ReadonlyMap<string, BookedStream>
  readonly paid: ReadonlyMap<string, PaidStream>
}

export interface Verdict {
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  /** In the books, and sent by nobody. */
  readonly unknown: readonly string[]
  /** A line for each stream that is not in the books as it must be. */
  readonly streamFaults: readonly string[]
}

export function judge(seen: Seen, booked: Booked): Verdict {
  return {
    lost: [...seen.acknowledged].filter((id) => !booked.events.has(id)),
    duplicated: [...booked.events].filter(([, copies]) => copies > 1).map(([id]) => id),
    unknown: [...booked.events.keys()].filter((id) => !seen.sent.has(id)),
    streamFaults: [
      ...[...seen.streams].flatMap((id) => streamFaults(id, seen.heardMs.get(id) ?? 0, booked)),
      ...[...booked.paid.keys()]
        .filter((id) => !seen.streams.has(id))
        .map((id) => `stream ${id}: paid, begun for nobody`),
    ],
  }
}

function streamFaults(id: string, heardMs: number, { streams, paid }: Booked): string[] {
  const faults: string[] = []
  const say = (what: string) => faults.push(`stream ${id}: ${what}`)
  const stream = streams.get(id)
  const payment = paid.get(id)
  if (stream === undefined) {
    say('begun, and not in ClickHouse')
    return faults
  }
  const { ended_at_ms, started_at_ms, ms_played, reason_end, flags } = stream
  if (ended_at_ms === null) {
    say('never ended')
    return faults
  }
  if (ms_played > heardMs + HEARD_TOLERANCE_MS) say(`${ms_played} ms counted, ${Math.round(heardMs)} ms heard`)
  if (ms_played > ended_at_ms - started_at_ms) say(`${ms_played} ms counted within ${ended_at_ms - started_at_ms} ms`)
  if (flags.length > 0)
    say(
      `flagged ${flags.join(', ')}, though its player is honest (${ms_played} of ${Math.round(heardMs)} ms, ${reason_end})`,
    )
  if (ms_played < COUNTABLE_MS) {
    if (payment !== undefined) say(`${ms_played} ms counted, and paid for ${payment.ms_played}`)
  } else if (payment === undefined) {
    say(`${ms_played} ms counted, and not in PostgreSQL`)
  } else if (payment.ms_played !== ms_played || payment.reason_end !== reason_end) {
    say(
      `${ms_played} ms and ${reason_end} in ClickHouse, ${payment.ms_played} ms and ${payment.reason_end} in PostgreSQL`,
    )
  }
  return faults
}
