/** Handles `telemetry`: appends the batch to Kafka and acknowledges it when every in-sync replica has it (D1). Hot path. */

import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7TimeMs } from '../../protocol/ids.ts'
import type { Telemetry } from '../../protocol/messages/telemetry.ts'
import type { Session } from '../../session/session.ts'
import type { Connection } from '../connection.ts'
import type { Context } from '../context.ts'
import { refuse, send } from '../outbox.ts'

const OLDEST_MS = 30 * 86_400_000
const AHEAD_MS = 5 * 60_000

export function onTelemetry(context: Context, connection: Connection, session: Session, message: Telemetry): void {
  const nowMs = context.now()
  const { batch, events } = message
  for (const event of events) {
    if (!isNear(event.at_ms, nowMs) || !isNear(uuidv7TimeMs(event.id), nowMs)) {
      refuse(context, connection, 'event_time_out_of_range', `event ${event.id}: check the clock and the id`, { batch })
      return
    }
  }
  const { who } = session
  const record = encodeRecord({ type: 'telemetry', ...who, received_at_ms: nowMs, events })
  context.playbackLog.append(who.account_id, record).then(
    () => {
      context.metrics.eventsAcknowledged.inc(events.length)
      context.metrics.ackSeconds.observe((context.now() - nowMs) / 1000)
      send(context, connection, { type: 'ack', batch })
    },
    (error: unknown) => {
      context.metrics.recordsFailed.inc({ record: 'telemetry' })
      context.log.warn({ err: error }, 'Kafka did not take a telemetry batch')
      refuse(context, connection, 'unavailable', 'the log does not answer; keep the events and send them again', {
        batch,
      })
    },
  )
}

function isNear(timeMs: number, nowMs: number): boolean {
  return timeMs > nowMs - OLDEST_MS && timeMs < nowMs + AHEAD_MS
}
