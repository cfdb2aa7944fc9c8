/** Owns the reading of what the gateway under test wrote to `playback.events` of one account. */

import { adminKafkaConfig } from '../../infra/kafka/config.ts'
import { runConsumer } from '../../infra/kafka/consumer.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { PlaybackRecord } from '../../protocol/events/playback-record.ts'
import { decodeRecord } from '../../protocol/events/record-codec.ts'
import { TOPICS } from '../../protocol/events/topics.ts'

export interface LogReader {
  /** In the order of the log, as they arrive. */
  readonly records: readonly PlaybackRecord[]
  /** The same, as bytes. */
  readonly bytes: readonly Buffer[]
  stop(): Promise<void>
}

export function readLog(env: Readonly<Record<string, string>>, account: string): LogReader {
  const records: PlaybackRecord[] = []
  const bytes: Buffer[] = []
  const consumer = runConsumer(
    readEnv(env, adminKafkaConfig),
    {
      clientId: 'test',
      groupId: `test-${account}`,
      topic: TOPICS.playbackEvents.name,
      async handle(batch, { commit }) {
        for (const { key, value } of batch.records) {
          if (key?.toString() !== account || value === null) continue
          bytes.push(value)
          records.push(decodeRecord(value))
        }
        await commit(batch.nextOffset)
      },
    },
    createLogger('test', 'warn'),
  )
  return { records, bytes, stop: () => consumer.stop(2_000) }
}
