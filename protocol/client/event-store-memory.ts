/** Owns events kept in memory: for as long as the process or page lives. */

import type { TelemetryEvent } from '../telemetry-event.ts'
import { type EventStore, MOST_STORED } from './event-store.ts'

interface Queue {
  readonly events: Map<string, TelemetryEvent>
  lastSeq: number
}

/** A store that may be handed from one client to the next, one at a time. `most`: how many events it holds. */
export function memoryEventStore(most = MOST_STORED): EventStore {
  const queues = new Map<string, Queue>()
  let open: Queue | undefined

  return {
    async load(account) {
      open = queues.get(account) ?? { events: new Map(), lastSeq: 0 }
      queues.set(account, open)
      return { events: [...open.events.values()].sort((a, b) => a.seq - b.seq), lastSeq: open.lastSeq }
    },
    async put(event) {
      const { events } = opened(open)
      events.set(event.id, event)
      opened(open).lastSeq = Math.max(opened(open).lastSeq, event.seq)
      // Events come in the order of their `seq`, and so the first is the oldest.
      for (const id of events.keys()) {
        if (events.size <= most) break
        events.delete(id)
      }
    },
    async remove(ids) {
      for (const id of ids) opened(open).events.delete(id)
    },
    async close() {
      open = undefined
    },
  }
}

function opened(queue: Queue | undefined): Queue {
  if (queue === undefined) throw new Error('no queue is open: call `load` first')
  return queue
}
