/** Owns the topic of records that could not be read: kept as they came, with the reason, for somebody to look at. */

import type { Message } from 'kafkajs'
import { TOPICS } from '../../protocol/events/topics.ts'
import type { Logger } from '../runtime/log.ts'
import { createKafka } from './client.ts'
import type { KafkaConfig } from './config.ts'
import type { ConsumedRecord } from './consumer.ts'

export interface DeadLetter {
  readonly record: ConsumedRecord
  readonly topic: string
  readonly partition: number
  readonly reason: string
}

export interface DeadLetters {
  /** Resolves when Kafka has them all, which it takes as one: give it a slice. A second call writes them twice. */
  put(slice: readonly DeadLetter[]): Promise<void>
  stop(): Promise<void>
}

const ACKS_ALL = -1
/** A broker takes 1 MiB in a request; what is fetched together may be as much, and more with its reasons. */
const MAX_SLICE_BYTES = 900 * 1024
const MAX_SLICE_LETTERS = 5_000
const MAX_REASON_CHARACTERS = 500
/** What Kafka adds to a message, and to each of its headers, at most. */
const MESSAGE_BYTES = 64
const HEADER_BYTES = 10

export function createDeadLetters(config: KafkaConfig, clientId: string, log: Logger): DeadLetters {
  const producer = createKafka(config, clientId, log).producer({ retry: { retries: 3, initialRetryTime: 200 } })
  let connected = false
  return {
    async put(slice) {
      if (!connected) await producer.connect()
      connected = true
      await producer.send({
        topic: TOPICS.playbackEventsDead.name,
        acks: ACKS_ALL,
        messages: slice.map(messageOf),
      })
    },
    async stop() {
      if (connected) await producer.disconnect()
    },
  }
}

/** The letters in their order, in parts that one request takes. */
export function slicesOf(letters: readonly DeadLetter[]): DeadLetter[][] {
  const slices: DeadLetter[][] = []
  let room = 0
  for (const letter of letters) {
    const bytes = sizeOf(messageOf(letter))
    const last = slices.at(-1)
    if (last === undefined || bytes > room || last.length === MAX_SLICE_LETTERS) {
      slices.push([letter])
      room = MAX_SLICE_BYTES - bytes
    } else {
      last.push(letter)
      room -= bytes
    }
  }
  return slices
}

/**
 * The record as it came, and in the headers why and whence. One that leaves no room for them beside it is cut, for it
 * would be refused for ever and hold the partition: `cut_from_bytes` says how long it was, `offset` where it is whole.
 */
export function messageOf({ record, topic, partition, reason }: DeadLetter): Message {
  const { key, value } = record
  const why = {
    reason: reason.slice(0, MAX_REASON_CHARACTERS),
    topic,
    partition: String(partition),
    offset: String(record.offset),
  }
  const whole = { key, value, headers: { ...record.headers, ...why } }
  if (sizeOf(whole) <= MAX_SLICE_BYTES) return whole
  return {
    key: cut(key),
    value: cut(value),
    headers: { ...why, cut_from_bytes: String(sizeOf({ key, value, headers: record.headers })) },
  }
}

function cut(bytes: Buffer | null): Buffer | null {
  return bytes?.subarray(0, MAX_SLICE_BYTES / 4) ?? null
}

function sizeOf({ key, value, headers = {} }: Message): number {
  let bytes = MESSAGE_BYTES + lengthOf(key) + lengthOf(value)
  for (const [name, content] of Object.entries(headers)) {
    for (const each of Array.isArray(content) ? content : [content])
      bytes += HEADER_BYTES + Buffer.byteLength(name) + lengthOf(each)
  }
  return bytes
}

const lengthOf = (content: Buffer | string | null | undefined): number =>
  content === null || content === undefined ? 0 : Buffer.byteLength(content)
