/** Owns the table of the gateway's metrics. A renamed one is a breaking change. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { UP_MESSAGES, type UpType } from '../protocol/messages/up.ts'

export type Metrics = ReturnType<typeof createMetrics>

/** What is read when somebody asks. */
export interface Levels {
  readonly sockets: number
  readonly mostSockets: number
  readonly backlogBytes: number
  readonly unsaved: { readonly sessions: number; readonly streams: number }
}

export function createMetrics(levels: () => Levels) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'segue_gateway_sockets',
    help: 'open sockets',
    registers,
    collect() {
      this.set(levels().sockets)
    },
  })
  new Gauge({
    name: 'segue_gateway_most_sockets',
    help: 'open sockets beyond which no other is let in (SEGUE_MAX_SOCKETS)',
    registers,
    collect() {
      this.set(levels().mostSockets)
    },
  })
  new Gauge({
    name: 'segue_gateway_backlog_bytes',
    help: 'what waits for clients that do not read',
    registers,
    collect() {
      this.set(levels().backlogBytes)
    },
  })
  new Gauge({
    name: 'segue_gateway_unsaved_sessions',
    help: 'sessions whose latest state Redis does not have, by whether a stream is open in them',
    labelNames: ['stream'] as const,
    registers,
    collect() {
      const { sessions, streams } = levels().unsaved
      this.set({ stream: 'open' }, streams)
      this.set({ stream: 'none' }, sessions - streams)
    },
  })
  return {
    registry,
    frames: framesByMessage(registry),
    errors: new Counter({
      name: 'segue_gateway_errors_total',
      help: 'refused messages, by name in the table of errors',
      labelNames: ['error'] as const,
      registers,
    }),
    /** `result`: found, nothing, unavailable, failed. */
    searches: new Counter({
      name: 'segue_gateway_searches_total',
      help: 'what was looked for in the catalog, by what came of it',
      labelNames: ['result'] as const,
      registers,
    }),
    searchSeconds: new Histogram({
      name: 'segue_gateway_search_seconds',
      help: 'how long a search that was answered took',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    /** `result`: taken; withheld from the control group; capped, spent or paced (until the next hour), each a campaign that was passed over; none was left; away: Redis did not answer. */
    adDecisions: new Counter({
      name: 'segue_gateway_ad_decisions_total',
      help: 'places of advertisements asked for, by what became of it',
      labelNames: ['result'] as const,
      registers,
    }),
    notices: new Counter({
      name: 'segue_gateway_notices_total',
      help: 'notices sent to players, by what they are about',
      labelNames: ['notice'] as const,
      registers,
    }),
    closes: new Counter({
      name: 'segue_gateway_closes_total',
      help: 'sockets closed by the gateway, by name in the table of close codes',
      labelNames: ['close'] as const,
      registers,
    }),
    turnedAway: new Counter({
      name: 'segue_gateway_turned_away_total',
      help: 'sockets and sign-ins not let in: leaving, sockets, memory, connects, handshakes, silent (said nothing while others wanted to come), sign_ins, account (too many sockets of one), account_sign_ins (too many of one account), bad_tokens (too many of one address), origin (of a page of elsewhere)',
      labelNames: ['reason'] as const,
      registers,
    }),
    tokens: new Counter({
      name: 'segue_gateway_tokens_total',
      help: 'access tokens of sign-ins, refreshes and requests over HTTP, by result: known (found good a moment ago), good and bad (their signature was checked), revoked (of a sign-in that has ended), not_looked_at (their address sent too many bad ones)',
      labelNames: ['result'] as const,
      registers,
    }),
    coalesced: new Counter({
      name: 'segue_gateway_coalesced_total',
      help: 'waiting messages that a newer one replaced, by lane',
      labelNames: ['lane'] as const,
      registers,
    }),
    dropped: new Counter({
      name: 'segue_gateway_dropped_total',
      help: 'messages for a client whose socket was closed or is being closed, by lane',
      labelNames: ['lane'] as const,
      registers,
    }),
    resumes: new Counter({
      name: 'segue_gateway_resumes_total',
      help: 'resumes, by result: recovered, state, gone, used, invalid, unavailable, turned_away',
      labelNames: ['result'] as const,
      registers,
    }),
    leases: new Counter({
      name: 'segue_gateway_leases_total',
      help: 'stream leases: granted, renewed, denied, stale, taken_over, lost, on_trust (without Redis)',
      labelNames: ['result'] as const,
      registers,
    }),
    chunksSigned: new Counter({ name: 'segue_gateway_chunks_signed_total', help: 'chunk addresses signed', registers }),
    eventsAcknowledged: new Counter({
      name: 'segue_gateway_events_acknowledged_total',
      help: 'telemetry events acknowledged after acks=all',
      registers,
    }),
    staleEvents: new Counter({
      name: 'segue_gateway_stale_events_total',
      help: 'of these, events by a fence of which the player had been stopped',
      registers,
    }),
    recordsFailed: new Counter({
      name: 'segue_gateway_records_failed_total',
      help: 'records that Kafka did not take, by record',
      labelNames: ['record'] as const,
      registers,
    }),
    savesFailed: new Counter({
      name: 'segue_gateway_saves_failed_total',
      help: 'saves of sessions that Redis did not take',
      registers,
    }),
    unsavedMessages: new Counter({
      name: 'segue_gateway_unsaved_messages_total',
      help: 'numbered messages sent before Redis had the session that said them',
      registers,
    }),
    unsavedStreams: new Counter({
      name: 'segue_gateway_unsaved_streams_total',
      help: 'streams that came to go on unsaved, for a bounded grace',
      registers,
    }),
    unsavedLetGo: new Counter({
      name: 'segue_gateway_unsaved_let_go_total',
      help: 'what Redis was to get later and was let go, as too much waited: session (its client signs in anew), word (about a stream that ended)',
      labelNames: ['what'] as const,
      registers,
    }),
    stalls: new Counter({
      name: 'segue_gateway_stalls_total',
      help: 'times that this process did not run, or its clock was set, for long enough to doubt who is silent',
      registers,
    }),
    stallSeconds: new Counter({
      name: 'segue_gateway_stall_seconds_total',
      help: 'how long that was, together',
      registers,
    }),
    liveStreams: new Gauge({ name: 'segue_gateway_live_streams', help: 'open streams of the dashboard', registers }),
    liveReadings: new Counter({
      name: 'segue_gateway_live_readings_total',
      help: 'what became of live readings: read, failed; of their viewers: skipped (a newer one came before it was read), given_up (read nothing for long), refused (too many)',
      labelNames: ['result'] as const,
      registers,
    }),
    upNextSeconds: new Histogram({
      name: 'segue_gateway_up_next_seconds',
      help: 'the making of a list of what plays next, from memory',
      buckets: [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02],
      registers,
    }),
    ackSeconds: new Histogram({
      name: 'segue_gateway_ack_seconds',
      help: 'from the arrival of a telemetry batch to its acknowledgement',
      buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    }),
  }
}

/** One counter a message, looked up by its name: finding a label again for every frame would cost more than the frame. */
/** Counted as plain numbers, as every frame is, and read when somebody asks. */
function framesByMessage(registry: Registry): Record<UpType, number> {
  const types = Object.keys(UP_MESSAGES) as UpType[]
  const frames = Object.fromEntries(types.map((type) => [type, 0])) as Record<UpType, number>
  new Counter({
    name: 'segue_gateway_frames_total',
    help: 'valid frames of clients, by message',
    labelNames: ['message'] as const,
    registers: [registry],
    collect() {
      this.reset()
      for (const type of types) this.inc({ message: type }, frames[type])
    },
  })
  return frames
}
