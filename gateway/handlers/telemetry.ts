/** Handles `telemetry`: appends the batch to Kafka and acknowledges it when every in-sync replica has it (D1). Hot path. */

import { PlaybackLogError } from '../../infra/kafka/playback-log.ts'
import { encodeTelemetry } from '../../protocol/events/telemetry-bytes.ts'
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
  const stale = staleOf(session, events)
  const record = encodeTelemetry(
    { type: 'telemetry', ...who, ...whence(connection, nowMs), received_at_ms: nowMs },
    events,
    ({ fence }) => isStale(session, fence),
  )
  const sending = span?.begin('playback.events send', 'producer')
  context.playbackLog.append(who.account_id, record, sending?.traceparent).then(
    () => {
      sending?.end()
      connection.batchesUnderWay -= 1
      context.dependencies.kafka.worked()
      context.metrics.eventsAcknowledged.inc(events.length)
      context.metrics.staleEvents.inc(stale)
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

/** By a fence by which requests are refused they tell of nobody's listening, and yet they were seen. */
function staleOf(session: Session, events: readonly TelemetryEvent[]): number {
  let stale = 0
  for (const { fence } of events) if (isStale(session, fence)) stale += 1
  return stale
}

function isNear(timeMs: number, nowMs: number): boolean {
  return timeMs > nowMs - OLDEST_MS && timeMs < nowMs + MOST_AHEAD_MS
}
