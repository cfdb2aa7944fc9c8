/** Owns the audit of the books when everything is at rest: each event, each stream and each millisecond against what was seen. */

import type { StreamRow } from '../../infra/clickhouse/playback-rows.ts'
import { COUNTABLE_MS } from '../../protocol/vocabulary.ts'
import type { ClickHouseBook, RoyaltyBook } from './books.ts'
import type { Counts } from './counts.ts'
import type { InvariantId } from './invariants.ts'
import type { SessionFacts } from './session-facts.ts'
import type { StreamFacts } from './stream-facts.ts'

/** Of the clock of a gateway that follows a system clock which was set (`gateway/clock.ts`). */
const SLEW = 0.001
/** An honest listener may lose this much of a stream to messages that were late. */
const LATE_MS = 2_000
/** Where clocks of two gateways differed by more, an honest claim may look false. */
const SKEW_MS = 300

/** How streams end of which the client has no last word. */
const UNHEARD_ENDS: ReadonlySet<string | undefined> = new Set(['lost', 'signed-out', 'evicted'])

export interface Seen {
  readonly counts: Counts
  readonly sessions: ReadonlyMap<string, SessionFacts>
  readonly streams: ReadonlyMap<string, StreamFacts>
  readonly events: ReadonlyMap<string, { readonly client: string; readonly acked: boolean; readonly rows: number }>
  /** How often a transfer was asked for in an account: each may begin a stream that its session did not ask for. */
  readonly transfers: ReadonlyMap<string, number>
  /** Begun while Redis was away, and its gateway died before that was over: nobody is left who knows of it. */
  readonly diedUnsaved: (streamId: string) => boolean
  readonly nowMs: number
  readonly violate: (invariant: InvariantId, about: string, text: string) => void
}

export function auditBooks(clickhouse: ClickHouseBook, royalties: RoyaltyBook, seen: Seen): void {
  auditEvents(seen)
  auditEnds(clickhouse, seen)
  auditBegins(clickhouse, seen)
  compare(clickhouse, royalties, seen)
  for (const row of clickhouse.streams.values()) measure(row, seen)
}

function auditEvents({ events, counts, violate }: Seen): void {
  for (const [id, { client, acked, rows }] of events) {
    if (!acked || rows > 0) continue
    counts.lost += 1
    violate('I4', client, `event ${id} was acknowledged and is not in the books`)
  }
}

function auditEnds(clickhouse: ClickHouseBook, { sessions, streams, counts, diedUnsaved, violate }: Seen): void {
  for (const { stream_id, account_id, session_id, reason_end } of clickhouse.streams.values()) {
    counts.streams += 1
    if (reason_end !== undefined) continue
    const about = sessions.get(session_id)?.client ?? account_id
    violate('I6', about, `${stream_id} of ${session_id}, of ${account_id}, began and never ended`)
  }
  for (const { streamId, client } of streams.values()) {
    if (clickhouse.streams.has(streamId)) continue
    if (diedUnsaved(streamId)) counts.diedUnsaved += 1
    else violate('I6', client, `${streamId}, which was heard, is not in the books`)
  }
}

function auditBegins(clickhouse: ClickHouseBook, { sessions, transfers, violate }: Seen): void {
  const begun = new Map<string, number>()
  const unasked = new Map<string, number>()
  for (const { session_id } of clickhouse.streams.values()) begun.set(session_id, (begun.get(session_id) ?? 0) + 1)
  const accounts = new Map(
    [...clickhouse.streams.values()].map(({ session_id, account_id }) => [session_id, account_id]),
  )
  for (const [sessionId, count] of begun) {
    const session = sessions.get(sessionId)
    const account = accounts.get(sessionId)
    if (session === undefined || account === undefined || count <= session.begins) continue
    const more = (unasked.get(account) ?? 0) + count - session.begins
    unasked.set(account, more)
    if (more <= (transfers.get(account) ?? 0)) continue
    violate('I3', session.client, `${sessionId} began ${count} streams by ${session.begins} requests`)
  }
}

function compare(clickhouse: ClickHouseBook, royalties: RoyaltyBook, { violate }: Seen): void {
  for (const [streamId, paid] of royalties.streams) {
    const row = clickhouse.streams.get(streamId)
    if (row?.ms_played === paid.ms_played && row.reason_end === paid.reason_end) continue
    const here = `ClickHouse has ${row?.ms_played} ms ${row?.reason_end}`
    violate('I10', paid.listener_id, `of ${streamId} ${here}, PostgreSQL ${paid.ms_played} ms ${paid.reason_end}`)
  }
  for (const { stream_id, account_id, ms_played = 0 } of clickhouse.streams.values()) {
    if (ms_played >= COUNTABLE_MS && !royalties.streams.has(stream_id)) {
      violate('I10', account_id, `of ${stream_id} ${ms_played} ms in ClickHouse, nothing in PostgreSQL`)
    }
  }
}

function measure(row: StreamRow, seen: Seen): void {
  const { streams, sessions, nowMs, violate } = seen
  const { ms_played: played = 0 } = row
  const facts = streams.get(row.stream_id)
  if (facts === undefined) {
    // The answer that began it never arrived, and the session went on otherwise.
    if (played > 0)
      violate('I9', row.account_id, `${played} ms played of ${row.stream_id}, which no client was told of`)
    return
  }
  const { streamId, client, toleranceMs, movedMs, movedOverGrantedMs } = facts
  // A client that was killed is not told: then the last word that a gateway heard of it is the end.
  const heardAtMs = sessions.get(facts.sessionId)?.heardAtMs ?? nowMs
  const elapsedMs = facts.openMs(heardAtMs) * (1 + SLEW) + facts.skewMs + LATE_MS
  const text = `${streamId} of ${client}: ${played} ms played`
  if (played > elapsedMs) violate('I7', client, `${text}, ${Math.round(elapsedMs)} ms elapsed`)
  if (played > movedOverGrantedMs + toleranceMs) {
    violate('I8', client, `${text}, ${Math.round(movedOverGrantedMs)} ms granted and heard`)
  }
  if (played > movedMs + toleranceMs) violate('I9', client, `${text}, ${Math.round(movedMs)} ms heard`)
  if (facts.honest) measureHonest(row, facts, seen, text)
}

function measureHonest(row: StreamRow, facts: StreamFacts, { counts, violate }: Seen, text: string): void {
  const { ms_played: played = 0, ms_claimed, flags = [], reason_end } = row
  if (facts.undone) {
    counts.undone += 1
    return
  }
  if (facts.reconnected) {
    if (flags.length > 0) counts.flaggedAfterLoss += 1
    return
  }
  const heard = `heard ${Math.round(facts.movedMs)} ms`
  if (flags.length > 0 && facts.skewMs < SKEW_MS) {
    violate('I17', facts.client, `${text}, ${heard}, claimed ${ms_claimed}, flagged ${flags.join()}`)
  }
  const hasLastWord = !facts.disturbed && !facts.brokenOff && !UNHEARD_ENDS.has(reason_end)
  if (hasLastWord && played < facts.owedMs * (1 - SLEW) - LATE_MS) violate('I17', facts.client, `${text}, ${heard}`)
}
