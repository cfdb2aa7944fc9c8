/** Owns the traces of a batch: those of its records that somebody follows, each with what the reader of the batch does. */

import type { Span, Tracing } from '../tracing/tracing.ts'
import type { ConsumedBatch } from './consumer.ts'

export interface FollowedBatch {
  /** Tells of `work` in the trace of each record that is followed. */
  during<T>(name: string, work: () => Promise<T>): Promise<T>
  end(error?: unknown): void
}

const NOBODY: FollowedBatch = { during: (_, work) => work(), end() {} }

export function followBatch(tracing: Tracing | undefined, group: string, batch: ConsumedBatch): FollowedBatch {
  if (tracing === undefined) return NOBODY
  const spans: Span[] = []
  for (const { headers, offset } of batch.records) {
    if (headers.traceparent === undefined) continue
    const span = tracing.goOn(headers.traceparent.toString(), `${group} process`, 'consumer')
    if (span === undefined) continue
    span.note({
      'messaging.system': 'kafka',
      'messaging.destination.name': batch.topic,
      'messaging.destination.partition.id': String(batch.partition),
      'messaging.kafka.offset': Number(offset),
      'messaging.consumer.group.name': group,
      'messaging.batch.message_count': batch.records.length,
    })
    spans.push(span)
  }
  return spans.length === 0 ? NOBODY : new Followed(spans)
}

class Followed implements FollowedBatch {
  readonly #spans: readonly Span[]

  constructor(spans: readonly Span[]) {
    this.#spans = spans
  }

  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const parts = this.#spans.map((span) => span.begin(name, 'client'))
    try {
      const done = await work()
      for (const part of parts) part.end()
      return done
    } catch (error) {
      for (const part of parts) part.end(error)
      throw error
    }
  }

  end(error?: unknown): void {
    for (const span of this.#spans) span.end(error)
  }
}
