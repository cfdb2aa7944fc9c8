/** Owns the port behind which unacknowledged events are kept, so that they may outlive the page or process (T2). */

import type { TelemetryEvent } from '../telemetry-event.ts'

/** Past this many the oldest go. */
export const MOST_STORED = 10_000

export interface StoredEvents {
  /** In the order of their `seq`. */
  readonly events: readonly TelemetryEvent[]
  /** The highest `seq` ever put for the account, of events long acknowledged too: numbering goes on above it. 0: none yet. */
  readonly lastSeq: number
}

/**
 * One queue of one client. Whatever it cannot do, it rejects.
 * What is asked of it takes effect in the order of the calls, whether or not the answer to one is awaited before the next.
 * A page that goes right after a call gives the store no other moment: the sooner `put` is out of its hands, the less is lost.
 */
export interface EventStore {
  /** Opens the queue of `account`, and takes over what clients that are gone have left of it. */
  load(account: string): Promise<StoredEvents>
  /** Keeps `event`; one that is kept already, by its id, is kept once. */
  put(event: TelemetryEvent): Promise<void>
  /** Forgets events by their id; those that are not kept are passed over. */
  remove(ids: readonly string[]): Promise<void>
  /** Lets go of the queue: what it holds is for the next client to take over. */
  close(): Promise<void>
}
