/** Owns events kept in IndexedDB: they survive a reload, a closed tab and a restart of the browser. */

import type { TelemetryEvent } from '../telemetry-event.ts'
import { type EventStore, MOST_STORED, type StoredEvents } from './event-store.ts'
import { committed, done, openDatabase, result } from './indexed-db.ts'
import { Turns } from './turns.ts'
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
  /** The ids of the events it holds: nothing needs to be read before a row is written. */
  readonly held: Set<string>
  lastSeq: number
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
  const turns = new Turns()
  let open: OpenQueue | undefined

  async function load(account: string): Promise<StoredEvents> {
    letGo(open)
    open = undefined
    const database = await openDatabase(name, makeSchema)
    const lockOf = (queue: string) => `${name}/${account}/${queue}`
    const queue = crypto.getRandomValues(new Uint32Array(4)).join('-')
    // Held before the first row is written: no other tab can take this queue for a dead one.
    const lock = await holdLock(lockOf(queue), DYING_MS)
    if (lock === undefined) throw new Error(`the lock of the new queue ${queue} is held by another tab`)
    open = { database, account, queue, lock, held: new Set(), lastSeq: 0 }
    const dead = await deadQueues(open, lockOf)
    try {
      return await takeOver(open, new Set(dead.keys()))
    } finally {
      for (const held of dead.values()) held.release()
    }
  }

  /** All of it is asked of the browser before this first waits. */
  async function put(event: TelemetryEvent): Promise<void> {
    const own = opened(open)
    const { database, account, queue, held } = own
    own.lastSeq = Math.max(own.lastSeq, event.seq)
    held.add(event.id)
    const change = database.transaction([EVENTS, QUEUES], 'readwrite')
    change.objectStore(EVENTS).put({ account, id: event.id, queue, seq: event.seq, event } satisfies EventRow)
    change.objectStore(QUEUES).put({ account, queue, lastSeq: own.lastSeq } satisfies QueueRow)
    await committed(change)
    if (held.size > most) await dropOldest(own, most)
  }

  async function remove(ids: readonly string[]): Promise<void> {
    const { database, account, held } = opened(open)
    const change = database.transaction(EVENTS, 'readwrite')
    for (const id of ids) {
      change.objectStore(EVENTS).delete([account, id])
      held.delete(id)
    }
    await committed(change)
  }

  async function close(): Promise<void> {
    letGo(open)
    open = undefined
  }

  return {
    load: (account) => turns.alone(() => load(account)),
    // The browser does one after the other what changes the same rows.
    put: (event) => turns.together(() => put(event)),
    remove: (ids) => turns.together(() => remove(ids)),
    // What is under way is waited for: whoever takes over the queue finds it.
    close: () => turns.alone(close),
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
async function takeOver(own: OpenQueue, dead: ReadonlySet<string>): Promise<StoredEvents> {
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
  own.lastSeq = lastSeq
  for (const { id } of taken) own.held.add(id)
  return { events: taken.map(({ event }) => event), lastSeq }
}

async function dropOldest({ database, account, queue, held }: OpenQueue, most: number): Promise<void> {
  const change = database.transaction(EVENTS, 'readwrite')
  const rows = change.objectStore(EVENTS)
  const ofQueue = IDBKeyRange.bound([account, queue], [account, queue, []])
  const excess = (await result(rows.index('by_seq').count(ofQueue))) - most
  if (excess > 0) {
    for (const row of await result<EventRow[]>(rows.index('by_seq').getAll(ofQueue, excess))) {
      rows.delete([account, row.id])
      held.delete(row.id)
    }
  }
  await done(change)
}

const everyOf = (account: string) => IDBKeyRange.bound([account], [account, []])

function letGo(queue: OpenQueue | undefined): void {
  queue?.database.close()
  queue?.lock.release()
}

function opened(queue: OpenQueue | undefined): OpenQueue {
  if (queue === undefined) throw new Error('no queue is open: call `load` first')
  return queue
}
