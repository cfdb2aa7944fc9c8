/** Owns how far the reader of a partition is behind its end: told with each batch, and asked of Kafka in between, as a reader that is held up gets no batch. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import type { Logger } from '../runtime/log.ts'

export interface LagGauge {
  /** @param records of the partition that are not done with yet */
  set(partition: number, records: number): void
  /** The partition is another reader's. */
  forget(partition: number): void
}

export interface LagWatchParts {
  readonly topic: string
  readonly groupId: string
  readonly gauge: LagGauge
  readonly newAdmin: () => Admin
  readonly log: Logger
}

const ASK_EVERY_MS = 10_000

/** What Kafka remembers of a group, by partition; below 0: nothing. */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<ReadonlyMap<number, bigint>> {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
}

export class LagWatch {
  readonly #parts: LagWatchParts
  readonly #stopped = new AbortController()
  /** Of the partitions that are read here: where the first record is that is not done with, where that is known. */
  #doneTo = new Map<number, bigint | undefined>()
  #admin: Admin | undefined
  readonly #asking: Promise<void>

  constructor(parts: LagWatchParts) {
    this.#parts = parts
    this.#asking = this.#goOnAsking()
  }

  /** These partitions are read here from now on; how far, only Kafka knows yet. */
  assigned(partitions: readonly number[]): void {
    for (const partition of this.#doneTo.keys())
      if (!partitions.includes(partition)) this.#parts.gauge.forget(partition)
    this.#doneTo = new Map(partitions.map((partition) => [partition, undefined]))
  }

  /** All below `nextOffset` is done with; `endOffset` is what the next record will get. */
  done(partition: number, nextOffset: bigint, endOffset: bigint): void {
    if (!this.#doneTo.has(partition)) return
    this.#doneTo.set(partition, nextOffset)
    this.#tell(partition, nextOffset, endOffset)
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.assigned([])
    await this.#asking
  }

  #tell(partition: number, doneTo: bigint, endOffset: bigint): void {
    this.#parts.gauge.set(partition, endOffset > doneTo ? Number(endOffset - doneTo) : 0)
  }

  async #goOnAsking(): Promise<void> {
    const { signal } = this.#stopped
    while (await wait(ASK_EVERY_MS, true, { signal, ref: false }).catch(() => false)) {
      try {
        if (this.#doneTo.size > 0) await this.#ask()
      } catch (error) {
        this.#parts.log.debug({ err: error }, 'it is not known how far the group is behind')
        await this.#letGo()
      }
    }
    await this.#letGo()
  }

  async #ask(): Promise<void> {
    const { topic, groupId, newAdmin } = this.#parts
    if (this.#admin === undefined) {
      this.#admin = newAdmin()
      await this.#admin.connect()
    }
    const asked = this.#doneTo
    const committed = [...asked.values()].includes(undefined)
      ? await committedOffsets(this.#admin, groupId, topic)
      : undefined
    for (const { partition, low, high } of await this.#admin.fetchTopicOffsets(topic)) {
      // Assigned anew meanwhile: the next look tells.
      if (asked !== this.#doneTo || !asked.has(partition)) continue
      const known = asked.get(partition) ?? committed?.get(partition) ?? -1n
      // A group that has committed nothing begins with the oldest record there is.
      this.#tell(partition, known < BigInt(low) ? BigInt(low) : known, BigInt(high))
    }
  }

  async #letGo(): Promise<void> {
    const admin = this.#admin
    this.#admin = undefined
    await admin?.disconnect().catch((error: unknown) => {
      this.#parts.log.debug({ err: error }, 'a connection to Kafka could not be let go of')
    })
  }
}
