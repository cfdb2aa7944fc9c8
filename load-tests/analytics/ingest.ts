/** Owns the measuring of ingest: the worker over a backlog in Kafka, beside a bare INSERT of the same rows in the same run. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { dateTimeText, type EventRow } from '../../infra/clickhouse/playback-rows.ts'
import { kafkaConfig } from '../../infra/kafka/config.ts'
import { createPlaybackLog } from '../../infra/kafka/producer.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { createLogger } from '../../infra/runtime/log.ts'
import type { EnvRecord } from '../../infra/stack/env-file.ts'
import { nodeProgram } from '../../infra/stack/node-program.ts'
import { freePorts } from '../../infra/stack/ports.ts'
import { encodeRecord } from '../../protocol/events/record-codec.ts'
import { uuidv7 } from '../../protocol/ids.ts'
import type { TelemetryEvent } from '../../protocol/telemetry-event.ts'

export interface IngestResult {
  readonly rows: number
  readonly ingestRowsPerS: number
  readonly bareRowsPerS: number
}

const EVENTS_A_RECORD = 20
/** As the worker's inserts. */
const ROWS_AN_INSERT = 5_000
const LOOK_EVERY_MS = 50
const WITHIN_MS = 600_000

export async function measureIngest(
  env: EnvRecord,
  rows: number,
  onProgress: (what: string) => void,
): Promise<IngestResult> {
  const log = createLogger('bench', 'warn')
  const store = createClickHouse(readEnv(env, clickhouseConfig), { application: 'segue-bench' })
  const playbackLog = createPlaybackLog(
    readEnv(env, (read) => kafkaConfig(read, 'gateway')),
    'segue-bench',
    log,
  )
  const count = async () => {
    const result = await store.query({ query: 'SELECT count() AS rows FROM playback_events', format: 'JSONEachRow' })
    return Number((await result.json<{ rows: string }>())[0]?.rows)
  }
  try {
    onProgress(`${rows} events into Kafka`)
    const made = await backlog(rows, (account, record) => playbackLog.append(account, record))

    onProgress('bare INSERT')
    await store.command({ query: 'CREATE OR REPLACE TABLE bare_events AS playback_events' })
    const bareBegan = performance.now()
    for (let from = 0; from < made.length; from += ROWS_AN_INSERT)
      await store.insert({
        table: 'bare_events',
        values: made.slice(from, from + ROWS_AN_INSERT),
        format: 'JSONEachRow',
      })
    const bareSeconds = (performance.now() - bareBegan) / 1000
    await store.command({ query: 'DROP TABLE bare_events SYNC' })

    onProgress('the worker')
    const before = await count()
    const { workers: port } = await freePorts()
    const { command, args, env: own } = nodeProgram('workers/main.ts', { ...env, SEGUE_WORKERS_PORT: String(port) })
    const worker = spawn(command, [...args, 'ingest'], { env: own, stdio: ['ignore', 'ignore', 'inherit'] })
    try {
      let first: { readonly atMs: number; readonly rows: number } | undefined
      const deadline = performance.now() + WITHIN_MS
      for (;;) {
        const there = (await count()) - before
        const now = performance.now()
        // From the first rows on, so that the start of the process is not counted, nor they.
        if (first === undefined && there > 0) first = { atMs: now, rows: there }
        if (first !== undefined && there >= rows) {
          const seconds = (now - first.atMs) / 1000
          return {
            rows,
            ingestRowsPerS: Math.round((rows - first.rows) / seconds),
            bareRowsPerS: Math.round(rows / bareSeconds),
          }
        }
        if (now > deadline) throw new Error(`after ${WITHIN_MS / 1000} s ${there} of ${rows} rows are there`)
        await pause(LOOK_EVERY_MS)
      }
    } finally {
      const ended = once(worker, 'exit')
      if (worker.exitCode === null && worker.kill('SIGTERM')) await ended
    }
  } finally {
    await playbackLog.stop()
    await store.close()
  }
}

/** The rows as the worker makes them of the records. */
async function backlog(
  rows: number,
  append: (account: string, record: Uint8Array) => Promise<void>,
): Promise<EventRow[]> {
  const made: EventRow[] = []
  let sent: Promise<void>[] = []
  for (let number = 0; made.length < rows; number += 1) {
    const now = Date.now()
    const who = {
      account_id: `bench-${number % 5_000}`,
      session_id: uuidv7(now),
      device_id: 'device',
      device_kind: 'phone',
      plan: 'individual',
      country: 'DE',
    } as const
    const events: TelemetryEvent[] = Array.from(
      { length: Math.min(EVENTS_A_RECORD, rows - made.length) },
      (_, seq) => ({
        id: uuidv7(now),
        seq: seq + 1,
        kind: 'position',
        at_ms: now,
        stream_id: who.session_id,
        position_ms: 10_000 * seq,
        buffer_ms: 12_000,
        bitrate_kbps: 160,
      }),
    )
    sent.push(append(who.account_id, encodeRecord({ type: 'telemetry', v: 1, ...who, received_at_ms: now, events })))
    if (sent.length >= 500) {
      await Promise.all(sent)
      sent = []
    }
    for (const { id, at_ms, ...event } of events)
      made.push({
        ...who,
        ...event,
        event_id: id,
        event_time: dateTimeText(at_ms),
        server_time: dateTimeText(now),
        startup_ms: null,
        stall_ms: null,
        buffer_ms: event.buffer_ms ?? null,
        bitrate_kbps: event.bitrate_kbps ?? null,
        reason: null,
        fence: null,
        stale: false,
        offline: false,
      })
  }
  await Promise.all(sent)
  return made
}
