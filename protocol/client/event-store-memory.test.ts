import { eventStoreContract } from './event-store.contract.ts'
import type { EventStore } from './event-store.ts'
import { memoryEventStore } from './event-store-memory.ts'

let store: EventStore
eventStoreContract('memory', {
  fresh: async (most) => {
    store = memoryEventStore(most)
    return store
  },
  // Memory is handed on: there is nothing else of it.
  after: async () => store,
})
