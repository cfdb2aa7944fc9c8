/** Owns events kept in IndexedDB: they survive a reload, a closed tab and a restart of the browser. */

import type { TelemetryEvent } from '../telemetry-event.ts'
import { type EventStore, MOST_STORED } from './event-store.ts'
import { done, openDatabase, result } from './indexed-db.ts'
import { type HeldLock, holdLock } from './web-lock.ts'

/** `events`: one a row, found by its id. `queues`: one a row for each client that has put something, alive or not. */
const EVENTS = 'events'
const QUEUES = 'queues'
/** A page that is being reloaded may still hold its lock for a moment. */
const DYING_MS = 1_000

interface EventRow {
  readonly account: string
  readonly id: string
  readonly queue: string
  readonly seq: number
  readonly event: TelemetryEvent
}

interface QueueRow {
  readonly account: string
  readonly queue: string
  readonly lastSeq: number
}

interface OpenQueue {
  readonly database: IDBDatabase
  readonly account: string
  readonly queue: string
  readonly lock: HeldLock
}

export interface IndexedDbStoreOptions {
  /** The name of the database; `segue-events` unless said otherwise. */
  readonly database?: string
  /** How many events a queue holds. */
  readonly most?: number
}

/**
 * A queue for this tab alone. A Web Lock says that the tab is alive; the queues of an account that nobody holds are taken over by `load`.
 * Where there are no Web Locks every queue of the account is taken over: two tabs may then send the same event, which the books hold once.
 */
export function indexedDbEventStore(options: IndexedDbStoreOptions = {}): EventStore {
  const { database: name = 'segue-events', most = MOST_STORED } = options
  let open: OpenQueue | undefined

  return {
    async load(account) {
      await letGo(open)
      open = undefined
      const database = await openDatabase(name, makeSchema)
      const lockOf = (queue: string) => `${name}/${account}/${queue}`
      const queue = crypto.getRandomValues(new Uint32Array(4)).join('-')
      // Held before the first row is written: no other tab can take this queue for a dead one.
      const lock = await holdLock(lockOf(queue), DYING_MS)
      if (lock === undefined) throw new Error(`the lock of the new queue ${queue} is held by another tab`)
      open = { database, account, queue, lock }
      const dead = await deadQueues(open, lockOf)
      try {
        return await takeOver(open, new Set(dead.keys()))
      } finally {
        for (const held of dead.values()) held.release()
      }
    },

    async put(event) {
      const { database, account, queue } = opened(open)
      const change = database.transaction([EVENTS, QUEUES], 'readwrite')
      const row: EventRow = { account, id: event.id, queue, seq: event.seq, event }
      const rows = change.objectStore(EVENTS)
      rows.put(row)
      const before = await result<QueueRow | undefined>(change.objectStore(QUEUES).get([account, queue]))
      const lastSeq = Math.max(before?.lastSeq ?? 0, event.seq)
      change.objectStore(QUEUES).put({ account, queue, lastSeq } satisfies QueueRow)
      const ofQueue = IDBKeyRange.bound([account, queue], [account, queue, []])
      const excess = (await result(rows.index('by_seq').count(ofQueue))) - most
      if (excess > 0) {
        for (const key of await result(rows.index('by_seq').getAllKeys(ofQueue, excess))) rows.delete(key)
      }
      await done(change)
    },

    async remove(ids) {
      const { database, account } = opened(open)
      const change = database.transaction(EVENTS, 'readwrite')
      for (const id of ids) change.objectStore(EVENTS).delete([account, id])
      await done(change)
    },

    async close() {
      const closing = open
      open = undefined
      await letGo(closing)
    },
  }
}

function makeSchema(database: IDBDatabase): void {
  const events = database.createObjectStore(EVENTS, { keyPath: ['account', 'id'] })
  events.createIndex('by_seq', ['account', 'queue', 'seq'])
  database.createObjectStore(QUEUES, { keyPath: ['account', 'queue'] })
}

/** The queues of the account whose tab is gone, each with its lock, now ours: no other tab takes them at the same moment. */
async function deadQueues(own: OpenQueue, lockOf: (queue: string) => string): Promise<Map<string, HeldLock>> {
  const read = own.database.transaction(QUEUES, 'readonly')
  const rows: QueueRow[] = await result(read.objectStore(QUEUES).getAll(everyOf(own.account)))
  const dead = new Map<string, HeldLock>()
  const take = async ({ queue }: QueueRow) => {
    const held = await holdLock(lockOf(queue), DYING_MS)
    if (held !== undefined) dead.set(queue, held)
  }
  await Promise.all(rows.map(take))
  return dead
}

/** Moves the events of dead queues to our own, in one transaction: a tab that dies in its midst has moved none. */
async function takeOver(
  own: OpenQueue,
  dead: ReadonlySet<string>,
): Promise<{ events: TelemetryEvent[]; lastSeq: number }> {
  const { database, account, queue } = own
  const change = database.transaction([EVENTS, QUEUES], 'readwrite')
  const queues: QueueRow[] = await result(change.objectStore(QUEUES).getAll(everyOf(account)))
  const lastSeq = Math.max(0, ...queues.map((row) => row.lastSeq))
  change.objectStore(QUEUES).put({ account, queue, lastSeq } satisfies QueueRow)
  for (const { queue: found } of queues) if (dead.has(found)) change.objectStore(QUEUES).delete([account, found])
  const rows: EventRow[] = await result(change.objectStore(EVENTS).getAll(everyOf(account)))
  const taken = rows.filter((row) => dead.has(row.queue)).sort((a, b) => a.seq - b.seq)
  for (const row of taken) change.objectStore(EVENTS).put({ ...row, queue } satisfies EventRow)
  await done(change)
  return { events: taken.map(({ event }) => event), lastSeq }
}

const everyOf = (account: string) => IDBKeyRange.bound([account], [account, []])

async function letGo(queue: OpenQueue | undefined): Promise<void> {
  queue?.database.close()
  queue?.lock.release()
}

function opened(queue: OpenQueue | undefined): OpenQueue {
  if (queue === undefined) throw new Error('no queue is open: call `load` first')
  return queue
}
