/** Handles `telemetry`: appends the batch to Kafka and acknowledges it when every in-sync replica has it (D1). Hot path. */

import { PlaybackLogError } from '../../infra/kafka/playback-log.ts'
import type { TakenEvent } from '../../protocol/events/playback-record.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7TimeMs } from '../../protocol/ids.ts'
import type { Telemetry } from '../../protocol/messages/telemetry.ts'
import { MOST_AHEAD_MS, type TelemetryEvent } from '../../protocol/telemetry-event.ts'
import { isStale } from '../../session/leasing.ts'
import type { Session } from '../../session/session.ts'
import { type Connection, whence } from '../connection.ts'
import type { Context } from '../context.ts'
import { refuse, send } from '../outbox.ts'

const OLDEST_MS = 30 * 86_400_000
/** Of one client, in Kafka's hands. */
const MOST_BATCHES = 16

export function onTelemetry(context: Context, connection: Connection, session: Session, message: Telemetry): void {
  const nowMs = context.now()
  const { batch, events } = message
  for (const event of events) {
    if (!isNear(event.at_ms, nowMs) || !isNear(uuidv7TimeMs(event.id), nowMs)) {
      refuse(context, connection, 'event_time_out_of_range', `event ${event.id}: check the clock and the id`, { batch })
      return
    }
  }
  if (connection.batchesUnderWay >= MOST_BATCHES) {
    refuse(context, connection, 'overloaded', 'too many batches wait for their acknowledgement', { batch })
    return
  }
  connection.batchesUnderWay += 1
  const { who } = session
  const span = context.tracing.begin('telemetry', 'server')
  span?.note({ 'segue.session_id': who.session_id, 'segue.event_ids': events.map(({ id }) => id) })
  const taken = events.map((event) => takenFrom(session, event))
  const record = encodeRecord({
    type: 'telemetry',
    ...who,
    ...whence(connection, nowMs),
    received_at_ms: nowMs,
    events: taken,
  })
  const sending = span?.begin('playback.events send', 'producer')
  context.playbackLog.append(who.account_id, record, sending?.traceparent).then(
    () => {
      sending?.end()
      connection.batchesUnderWay -= 1
      context.dependencies.kafka.worked()
      context.metrics.eventsAcknowledged.inc(events.length)
      context.metrics.staleEvents.inc(staleOf(taken))
      context.metrics.ackSeconds.observe((context.now() - nowMs) / 1000)
      send(context, connection, { type: 'ack', batch })
      span?.end()
    },
    (error: unknown) => {
      sending?.end(error)
      span?.end(error)
      connection.batchesUnderWay -= 1
      context.metrics.recordsFailed.inc({ record: 'telemetry' })
      context.dependencies.kafka.failed(error)
      const reason = error instanceof PlaybackLogError && error.reason === 'overloaded' ? 'overloaded' : 'unavailable'
      refuse(context, connection, reason, 'the log does not take it now; keep the events and send them again', {
        batch,
      })
    },
  )
}

/** By a fence by which requests are refused it tells of nobody's listening, and yet it was seen. */
function takenFrom(session: Session, event: TelemetryEvent): TakenEvent {
  const known: TakenEvent = knownFields(event)
  if (isStale(session, event.fence)) known.stale = true
  return known
}

function staleOf(events: readonly TakenEvent[]): number {
  let stale = 0
  for (const event of events) if (event.stale) stale += 1
  return stale
}

/** An event as the schema has it: what a client adds is neither stored nor trusted to be storable. */
function knownFields(event: TelemetryEvent): TelemetryEvent {
  const { id, seq, kind, at_ms, stream_id, position_ms } = event
  const known: TelemetryEvent = { id, seq, kind, at_ms, stream_id, position_ms }
  if (event.startup_ms !== undefined) known.startup_ms = event.startup_ms
  if (event.stall_ms !== undefined) known.stall_ms = event.stall_ms
  if (event.buffer_ms !== undefined) known.buffer_ms = event.buffer_ms
  if (event.bitrate_kbps !== undefined) known.bitrate_kbps = event.bitrate_kbps
  if (event.top_kbps !== undefined) known.top_kbps = event.top_kbps
  if (event.throughput_kbps !== undefined) known.throughput_kbps = event.throughput_kbps
  if (event.starved !== undefined) known.starved = event.starved
  if (event.starting !== undefined) known.starting = event.starting
  if (event.fence !== undefined) known.fence = event.fence
  if (event.offline) known.offline = true
  if (event.reason !== undefined) known.reason = event.reason
  return known
}

function isNear(timeMs: number, nowMs: number): boolean {
  return timeMs > nowMs - OLDEST_MS && timeMs < nowMs + MOST_AHEAD_MS
}
