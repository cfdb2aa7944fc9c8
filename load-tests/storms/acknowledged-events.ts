/** Owns the proof that what was acknowledged is in the log: the whole topic read back, event by event. */

import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { runConsumer } from '../../infra/kafka/consumer.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import { decodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'

export interface Audit {
  readonly acknowledged: number
  /** Acknowledged and not in the log. */
  readonly lost: number
  /** In the log more than once, as D2 allows: the books take each id once. */
  readonly twiceInLog: number
}

const READ_WITHIN_MS = 120_000
const STOP_WITHIN_MS = 5_000

/** @param acked how many events of each account were acknowledged: those numbered from 1 on. */
export async function auditEvents(env: NodeJS.ProcessEnv, acked: ReadonlyMap<string, number>): Promise<Audit> {
  const { seen, twiceInLog } = await readLog(env)
  let acknowledged = 0
  let lost = 0
  for (const [account, events] of acked) {
    acknowledged += events
    const inLog = seen.get(account)
    for (let seq = 1; seq <= events; seq += 1) if (inLog?.has(seq) !== true) lost += 1
  }
  return { acknowledged, lost, twiceInLog }
}

async function readLog(env: NodeJS.ProcessEnv): Promise<{ seen: Map<string, Set<number>>; twiceInLog: number }> {
  const { name, partitions } = TOPICS.playbackEvents
  const seen = new Map<string, Set<number>>()
  const read = new Set<number>()
  let twiceInLog = 0
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve, reject) => {
    const consumer = runConsumer(
      readEnv(env, adminKafkaConfig),
      {
        clientId: 'segue-storms',
        groupId: `segue-storms-${process.pid}-${Date.now()}`,
        topic: name,
        async handle(batch) {
          for (const { value } of batch.records) {
            if (value === null) continue
            const record = decodeRecord(value)
            if (record.type !== 'telemetry') continue
            const events = seen.get(record.account_id) ?? new Set()
            seen.set(record.account_id, events)
            for (const { seq } of record.events) {
              if (events.has(seq)) twiceInLog += 1
              events.add(seq)
            }
          }
          if (batch.nextOffset >= batch.endOffset) read.add(batch.partition)
          if (read.size === partitions) finish()
        },
      },
      // What it retries is its own matter; what it gives up on is thrown.
      createLogger('storms', 'silent'),
    )
    const finish = (error?: Error) => {
      clearTimeout(timer)
      void consumer.stop(STOP_WITHIN_MS).then(() => (error === undefined ? resolve() : reject(error)), reject)
    }
    timer = setTimeout(() => finish(new Error(`${name} could not be read within ${READ_WITHIN_MS} ms`)), READ_WITHIN_MS)
  })
  return { seen, twiceInLog }
}
