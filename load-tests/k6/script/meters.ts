/** Owns the metrics of the scenarios: their names, kinds and meanings, one table. Renaming one breaks the thresholds of others. */

import { Counter, Rate, Trend } from 'k6/metrics'

const IS_TIME = true

export const meters = {
  /** Those who came, and heard something before they left. */
  listeners: new Counter('segue_listeners'),
  /** From the first connect until `ready`. */
  signIn: new Trend('segue_sign_in', IS_TIME),
  /** From the loss of the line until `resumed`; tag `recovered`. */
  return: new Trend('segue_return', IS_TIME),
  /** From a request of the listener until its answer. */
  answer: new Trend('segue_answer', IS_TIME),
  /** From `heartbeat` until `heartbeat_ack`. */
  rtt: new Trend('segue_rtt', IS_TIME),
  /** From `play` until the playhead moves. */
  startup: new Trend('segue_startup', IS_TIME),
  /** From an event until it is acknowledged, which is after Kafka has it. */
  ack: new Trend('segue_ack', IS_TIME),
  /** Each second of each listener who plays: whether there was audio in hand. */
  heard: new Rate('segue_heard'),
  /** Silences of 120 ms and more that a listener heard. */
  gaps: new Counter('segue_gaps'),
  gapMs: new Trend('segue_gap', IS_TIME),
  /** Returns to another gateway than before. */
  moved: new Counter('segue_moved'),
  /** `resumed` said that something was missing. */
  notRecovered: new Counter('segue_not_recovered'),
  sessionsLost: new Counter('segue_sessions_lost'),
  /** Closed for good; tag `reason`. */
  failed: new Counter('segue_failed'),
  /** Tag `reason`: the name of the close code, or that the line broke. */
  disconnects: new Counter('segue_disconnects'),
  /** Tag `error`: its name in the table. */
  refusals: new Counter('segue_refusals'),
  grants: new Counter('segue_chunks_granted'),
  eventsAcked: new Counter('segue_events_acked'),
  eventsDropped: new Counter('segue_events_dropped'),
  /** Still without acknowledgement when their player left. */
  eventsUnacked: new Counter('segue_events_unacked'),
  /** Tag `kind`: whether it was answered as the specification says. */
  abuseAnswered: new Rate('segue_abuse_answered'),
}
