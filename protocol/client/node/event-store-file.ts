/** Owns events kept in a file, for players in Node: they survive the end of the process, however it comes. */

import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TelemetryEvent } from '../../telemetry-event.ts'
import { type EventStore, MOST_STORED, type StoredEvents } from '../event-store.ts'
import { Turns } from '../turns.ts'
import { type FolderLock, lockFolder } from './folder-lock.ts'
import { Journal } from './journal.ts'

export interface FileStoreOptions {
  /** A folder for the events of this player, made when it is not there. Each account has one of its own in it, which one process at a time may open. */
  readonly folder: string
  /** How many events an account holds; the oldest go. */
  readonly most?: number
  /** `each`: an event is on disk before it is sent, and survives the end of the machine. `never`: the system writes when it likes; the end of the process is survived all the same. */
  readonly sync?: 'each' | 'never'
}

/** A line of the journal: an event that is kept, ids of events that are not any more, or what numbering goes on above. */
type Entry =
  | { readonly put: TelemetryEvent }
  | { readonly remove: readonly string[] }
  | { readonly account: string; readonly last_seq: number }

interface OpenQueue {
  readonly account: string
  readonly lock: FolderLock
  readonly journal: Journal
  readonly events: Map<string, TelemetryEvent>
  lastSeq: number
  /** Lines of the file, those that no longer count included. */
  lines: number
}

/** A journal is written anew when it has this many lines more than twice the events it holds. */
const SPARE_LINES = 1_000

/** A queue in a file for each account. A removal is never synced: an event that comes back is sent again, and the books hold it once. */
export function fileEventStore({ folder, most = MOST_STORED, sync = 'each' }: FileStoreOptions): EventStore {
  const turns = new Turns()
  let open: OpenQueue | undefined

  async function load(account: string): Promise<StoredEvents> {
    const before = open
    open = undefined
    await letGo(before)
    open = await openQueue(folder, account)
    await dropOldest(open, most)
    await compact(open, 0)
    return { events: [...open.events.values()].sort((a, b) => a.seq - b.seq), lastSeq: open.lastSeq }
  }

  async function put(event: TelemetryEvent): Promise<void> {
    const queue = opened(open)
    await write(queue, { put: event }, sync === 'each')
    await dropOldest(queue, most)
    await compact(queue, SPARE_LINES)
  }

  async function remove(ids: readonly string[]): Promise<void> {
    const queue = opened(open)
    const known = ids.filter((id) => queue.events.has(id))
    if (known.length === 0) return
    await write(queue, { remove: known }, false)
    await compact(queue, SPARE_LINES)
  }

  async function close(): Promise<void> {
    const closing = open
    open = undefined
    await letGo(closing)
  }

  // One line after the other: the file is what its lines say in their order.
  return {
    load: (account) => turns.alone(() => load(account)),
    put: (event) => turns.alone(() => put(event)),
    remove: (ids) => turns.alone(() => remove(ids)),
    close: () => turns.alone(close),
  }
}

async function openQueue(folder: string, account: string): Promise<OpenQueue> {
  // Accounts are named by others; not every name is one of a folder.
  const own = join(folder, createHash('sha256').update(account).digest('hex').slice(0, 32))
  await mkdir(own, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(own)
  try {
    const { journal, entries } = await Journal.open(join(own, 'events.jsonl'))
    const queue = {
      account,
      lock,
      journal,
      events: new Map<string, TelemetryEvent>(),
      lastSeq: 0,
      lines: entries.length,
    }
    for (const entry of entries) if (isEntry(entry)) apply(queue, entry)
    return queue
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** A damaged line may be JSON all the same. */
function isEntry(entry: unknown): entry is Entry {
  return typeof entry === 'object' && entry !== null && ('put' in entry || 'remove' in entry || 'last_seq' in entry)
}

/** On disk first: what fails is not kept, and is not said to be. */
async function write(queue: OpenQueue, entry: Entry, sync: boolean): Promise<void> {
  await queue.journal.append(entry, sync)
  queue.lines += 1
  apply(queue, entry)
}

function apply(queue: OpenQueue, entry: Entry): void {
  if ('put' in entry) {
    queue.events.set(entry.put.id, entry.put)
    queue.lastSeq = Math.max(queue.lastSeq, entry.put.seq)
  } else if ('remove' in entry) {
    for (const id of entry.remove) queue.events.delete(id)
  } else {
    queue.lastSeq = Math.max(queue.lastSeq, entry.last_seq)
  }
}

/** Events come in the order of their `seq`, and so the first is the oldest. */
async function dropOldest(queue: OpenQueue, most: number): Promise<void> {
  const excess = queue.events.size - most
  if (excess > 0) await write(queue, { remove: [...queue.events.keys()].slice(0, excess) }, false)
}

async function compact(queue: OpenQueue, spareLines: number): Promise<void> {
  const { account, events, lastSeq } = queue
  if (queue.lines <= 1 + 2 * events.size + spareLines) return
  const entries: Entry[] = [{ account, last_seq: lastSeq }, ...[...events.values()].map((put) => ({ put }))]
  await queue.journal.rewrite(entries)
  queue.lines = entries.length
}

async function letGo(queue: OpenQueue | undefined): Promise<void> {
  await queue?.journal.close()
  await queue?.lock.release()
}

function opened(queue: OpenQueue | undefined): OpenQueue {
  if (queue === undefined) throw new Error('no queue is open: call `load` first')
  return queue
}
