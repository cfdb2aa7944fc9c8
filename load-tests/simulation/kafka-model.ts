/** Owns what Kafka is to the fleet: partitions that keep what was written, a producer's requests that fail before or after that, readers who read again. */

import { Actor, type World } from './world.ts'

const PARTITIONS = 6
const LATENCY_MS = 3

export interface LogRecord {
  readonly offset: bigint
  readonly key: string
  readonly value: Uint8Array
}

interface Partition {
  /** The offset of the first record that is kept. */
  first: number
  records: LogRecord[]
}

/** How a reader of the log takes a batch. It throws when it died over it. */
export interface LogReader {
  readonly name: string
  /** Handles `records` of `partition`; returns what it told Kafka is done with, or undefined when it did not come to that. */
  handle(partition: number, records: readonly LogRecord[], nextOffset: number): number | undefined
}

export interface KafkaWitness {
  written(value: Uint8Array): void
}

type Trouble = 'none' | 'down' | 'silent' | 'forgetful'

/** The part of a kafkajs producer's request that matters here. */
interface SendRequest {
  readonly messages: readonly { readonly key?: unknown; readonly value: unknown }[]
}

export class KafkaModel {
  readonly #world: World
  readonly #actor = new Actor('kafka')
  readonly #partitions: Partition[] = Array.from({ length: PARTITIONS }, () => ({ first: 0, records: [] }))
  readonly #readers: { readonly reader: LogReader; readonly committed: number[]; readonly position: number[] }[] = []
  readonly #polling = new Set<number>()
  witness: KafkaWitness | undefined
  /** What goes wrong with requests now. */
  trouble: Trouble = 'none'
  /** Chance that a reader dies over a batch. */
  readerCrashes = 0

  constructor(world: World) {
    this.#world = world
  }

  get actor(): Actor {
    return this.#actor
  }

  read(reader: LogReader): void {
    this.#readers.push({
      reader,
      committed: new Array<number>(PARTITIONS).fill(0),
      position: new Array<number>(PARTITIONS).fill(0),
    })
  }

  /** What `createPlaybackLog` makes producers of, for one process. */
  client(caller: Actor): unknown {
    return { producer: () => this.#producer(caller) }
  }

  /** Whether every partition has a leader, as a client asks. */
  async probe(caller: Actor): Promise<void> {
    if (this.trouble === 'none') return
    await this.#world.wait(this.trouble === 'silent' ? this.#world.between(0, 20_000) : LATENCY_MS, caller)
    if (this.trouble === 'down') throw new Error('no broker can be reached')
  }

  #producer(caller: Actor) {
    const world = this.#world
    // One connection: what is answered comes in order, and nothing of an abandoned producer is waited for.
    return {
      connect: async () => {
        await world.wait(LATENCY_MS, caller)
        if (this.trouble === 'down') throw new Error('no broker can be reached')
      },
      disconnect: async () => {},
      send: ({ messages }: SendRequest) =>
        new Promise<void>((resolve, reject) => {
          const fail = (why: string) => world.after(LATENCY_MS, caller, () => reject(new Error(why)))
          if (this.trouble === 'down') {
            fail('no broker can be reached')
            return
          }
          const lateMs = this.trouble === 'silent' ? world.between(0, 20_000) : LATENCY_MS * (0.5 + world.random())
          const forgets = this.trouble === 'forgetful' && world.chance(0.5)
          world.after(lateMs, this.#actor, () => {
            for (const { key, value } of messages) this.#write(String(key), value as Uint8Array)
            // Written, and the answer is lost.
            if (forgets) fail('the broker went away')
            else world.after(LATENCY_MS, caller, resolve)
          })
        }),
    }
  }

  #write(key: string, value: Uint8Array): void {
    const index = partitionOf(key)
    const partition = this.#partitions[index] as Partition
    partition.records.push({ offset: BigInt(partition.first + partition.records.length), key, value })
    this.witness?.written(value)
    this.#wake(index, this.#world.between(200, 2_000))
  }

  #wake(index: number, delayMs: number): void {
    if (this.#polling.has(index)) return
    this.#polling.add(index)
    this.#world.after(delayMs, this.#world.nature, () => {
      this.#polling.delete(index)
      this.#poll(index)
    })
  }

  #poll(index: number): void {
    const world = this.#world
    const partition = this.#partitions[index] as Partition
    const end = partition.first + partition.records.length
    let behind = false
    for (const entry of this.#readers) {
      const from = entry.position[index] as number
      if (from >= end) continue
      // A reader may take part of what is there.
      const to = world.chance(0.1) ? Math.min(end, from + 1 + Math.floor(world.random() * 20)) : end
      const records = partition.records.slice(from - partition.first, to - partition.first)
      const committed = entry.reader.handle(index, records, to)
      if (committed === undefined) entry.position[index] = entry.committed[index] as number
      else {
        entry.committed[index] = committed
        entry.position[index] = committed
      }
      // Another member of the group may begin further back than the last one came to.
      if (committed !== undefined && this.readerCrashes > 0 && world.chance(this.readerCrashes)) {
        entry.position[index] = Math.max(partition.first, to - Math.floor(world.random() * 50))
      }
      if ((entry.position[index] as number) < end) behind = true
    }
    this.#trim(index)
    if (behind) this.#wake(index, world.between(500, 3_000))
  }

  /** Keeps what somebody may read again. */
  #trim(index: number): void {
    const partition = this.#partitions[index] as Partition
    const least = Math.min(
      ...this.#readers.map(({ position, committed }) =>
        Math.min(position[index] as number, committed[index] as number),
      ),
    )
    const drop = least - partition.first - 100
    if (drop < 500) return
    partition.records = partition.records.slice(drop)
    partition.first += drop
  }

  /** Whether every reader has read everything. */
  get isRead(): boolean {
    return this.#partitions.every(({ first, records }, index) =>
      this.#readers.every(({ position }) => (position[index] as number) >= first + records.length),
    )
  }
}

function partitionOf(key: string): number {
  let hash = 0
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) >>> 0
  return hash % PARTITIONS
}
