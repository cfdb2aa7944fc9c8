/** Owns the metrics of the workers. Names and labels are an interface: renaming one is a breaking change. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>

export function createWorkerMetrics() {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    /** `result`: written, repeated. */
    ingestRows: new Counter({
      name: 'segue_ingest_rows_total',
      help: 'Rows for ClickHouse: written, or repeated and left out.',
      labelNames: ['result'],
      registers,
    }),
    ingestBatch: new Histogram({
      name: 'segue_ingest_batch_rows',
      help: 'Rows in one insert.',
      buckets: [1, 10, 100, 1_000, 5_000, 20_000],
      registers,
    }),
    deadLetters: new Counter({
      name: 'segue_ingest_dead_letters_total',
      help: 'Records that could not be read, put on playback.events.dead.',
      registers,
    }),
    /** `result`: counted, uncounted, longer, short, repeated. */
    royaltyStreams: new Counter({
      name: 'segue_royalties_streams_total',
      help: 'Ended streams: counted, kept and not counted, grown by a longer end, under 30 s, or ended before.',
      labelNames: ['result'],
      registers,
    }),
    royaltyUnreadable: new Counter({
      name: 'segue_royalties_unreadable_records_total',
      help: 'Records that nobody can read, left out of the books. They are on playback.events.dead.',
      registers,
    }),
    royaltyGaps: new Counter({
      name: 'segue_royalties_gap_records_total',
      help: 'Offsets that Kafka no longer had when royalties came to read them. Anything but 0 is a loss.',
      registers,
    }),
    reapedSessions: new Counter({
      name: 'segue_reaper_sessions_total',
      help: 'Streams ended for a gateway that did not: closed, renewed meanwhile, or without a record.',
      labelNames: ['result'],
      registers,
    }),
    /** Records behind the end of the partition, when the last batch was done. */
    lag: new Gauge({
      name: 'segue_worker_lag_records',
      help: 'Records of a partition that are not done with yet.',
      labelNames: ['worker', 'partition'],
      registers,
    }),
    retries: new Counter({
      name: 'segue_worker_retries_total',
      help: 'Attempts that failed and are made again.',
      labelNames: ['worker'],
      registers,
    }),
  }
}
