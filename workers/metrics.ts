/** Owns the metrics of the workers. Names and labels are an interface: renaming one is a breaking change. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { LagGauge } from '../infra/kafka/lag-watch.ts'

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
    /** `result`: counted, unheard (so far), why it is invalid, withheld from the control group, or unknown: of no campaign. One is entered when it is served and when it ends. */
    adImpressions: new Counter({
      name: 'segue_ads_impressions_total',
      help: 'Impressions entered, by what they are then.',
      labelNames: ['result'],
      registers,
    }),
    /** `result`: clicked, unserved: of no impression of who clicked. */
    adClicks: new Counter({
      name: 'segue_ads_clicks_total',
      help: 'Clicks on advertisements.',
      labelNames: ['result'],
      registers,
    }),
    adConversions: new Counter({
      name: 'segue_ads_conversions_total',
      help: 'Advertisements after which the listener heard what they are for, by whether they were served or withheld.',
      labelNames: ['group'],
      registers,
    }),
    adGaps: new Counter({
      name: 'segue_ads_gap_records_total',
      help: 'Offsets that Kafka no longer had when ads came to read them.',
      registers,
    }),
    sharingEvents: new Counter({
      name: 'segue_sharing_events_total',
      help: 'Records that tell the detector something.',
      registers,
    }),
    /** `result`: saved, or stale: another reader has saved the partition meanwhile. */
    sharingCheckpoints: new Counter({
      name: 'segue_sharing_checkpoints_total',
      help: 'Checkpoints of a partition.',
      labelNames: ['result'],
      registers,
    }),
    sharingStates: new Counter({
      name: 'segue_sharing_states_total',
      help: 'States of accounts written with checkpoints.',
      registers,
    }),
    /** `result`: new, changed. */
    sharingCases: new Counter({
      name: 'segue_sharing_cases_total',
      help: 'Scores of cases written.',
      labelNames: ['result'],
      registers,
    }),
    /** `result`: told, away (nobody of the account was there), too_soon (or marked as wrong). */
    sharingNudges: new Counter({
      name: 'segue_sharing_nudges_total',
      help: 'Accounts to be asked to verify their household.',
      labelNames: ['result'],
      registers,
    }),
    sharingAged: new Counter({
      name: 'segue_sharing_aged_states_total',
      help: 'States of silent accounts of which something older than 28 days was forgotten.',
      registers,
    }),
    sharingUnreadable: new Counter({
      name: 'segue_sharing_unreadable_records_total',
      help: 'Records that nobody can read, which the detector was not told of.',
      registers,
    }),
    sharingGaps: new Counter({
      name: 'segue_sharing_gap_records_total',
      help: 'Offsets that Kafka no longer had when sharing came to read them.',
      registers,
    }),
    /** `result`: heard, skipped. */
    recommendListens: new Counter({
      name: 'segue_recommend_listens_total',
      help: 'Ended streams that were learned from.',
      labelNames: ['result'],
      registers,
    }),
    recommendLists: new Counter({
      name: 'segue_recommend_lists_total',
      help: 'Neighbour lists written for the gateways.',
      registers,
    }),
    recommendDirty: new Gauge({
      name: 'segue_recommend_dirty_lists',
      help: 'Neighbour lists that are to be written again.',
      registers,
    }),
    /** `what`: tracks, sessions. */
    recommendKnown: new Gauge({
      name: 'segue_recommend_known',
      help: 'What the worker has in memory.',
      labelNames: ['what'],
      registers,
    }),
    recommendUnreadable: new Counter({
      name: 'segue_recommend_unreadable_records_total',
      help: 'Records that nobody can read, which were not learned from.',
      registers,
    }),
    recommendGaps: new Counter({
      name: 'segue_recommend_gap_records_total',
      help: 'Offsets that Kafka no longer had when recommend came to read them.',
      registers,
    }),
    rollupMinutes: new Counter({
      name: 'segue_rollups_minutes_total',
      help: 'Minutes of the rollups that were built again, for new rows.',
      registers,
    }),
    rollupHoursClosed: new Counter({
      name: 'segue_rollups_hours_closed_total',
      help: 'Hours that closed: they never change again.',
      registers,
    }),
    rollupPass: new Histogram({
      name: 'segue_rollups_pass_seconds',
      help: 'What one pass over the rollups took.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
    /** Of a worker of partitions alone: others tell none, not 0. */
    partitionsAhead: new Gauge({
      name: 'segue_partitions_ahead_months',
      help: 'Whole months after this one, without a gap, that a table takes rows of. Alarm when the least is below 2.',
      labelNames: ['table'],
      registers,
    }),
    /** `result`: made, retired. */
    partitionsTended: new Counter({
      name: 'segue_partitions_months_total',
      help: 'Months of tables that were made or retired.',
      labelNames: ['result'],
      registers,
    }),
    /** Of a worker of jobs alone: others tell none. */
    jobSucceeded: new Gauge({
      name: 'segue_job_succeeded_timestamp_seconds',
      help: 'When a scheduled task last succeeded, or first failed where it never did; of one that was never run nothing is told.',
      labelNames: ['task'],
      registers,
    }),
    jobFailed: new Gauge({
      name: 'segue_job_failed_timestamp_seconds',
      help: 'When a scheduled task last failed, where one did.',
      labelNames: ['task'],
      registers,
    }),
    jobDue: new Gauge({
      name: 'segue_job_due_seconds',
      help: 'How long after its last success a scheduled task is overdue.',
      labelNames: ['task'],
      registers,
    }),
    /** `result`: written, deleted, or older: a later reading was there already. */
    searchDocuments: new Counter({
      name: 'segue_search_documents_total',
      help: 'Documents that a change led to.',
      labelNames: ['result'],
      registers,
    }),
    searchDelay: new Histogram({
      name: 'segue_search_delay_seconds',
      help: 'From the commit of a change in PostgreSQL until OpenSearch has taken what became of it.',
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600],
      registers,
    }),
    searchPartSeconds: new Histogram({
      name: 'segue_search_part_seconds',
      help: 'Of that delay: until Debezium has the change (captured), until the worker has it (heard), until OpenSearch has it (written).',
      labelNames: ['part'] as const,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    searchRebuilds: new Counter({
      name: 'segue_search_rebuilds_total',
      help: 'Indices that were built anew and put in place.',
      registers,
    }),
    reapedSessions: new Counter({
      name: 'segue_reaper_sessions_total',
      help: 'Streams ended for a gateway that did not: closed, renewed meanwhile, or without a record.',
      labelNames: ['result'],
      registers,
    }),
    runs: new Gauge({
      name: 'segue_worker_runs',
      help: '1 for each worker that the process runs. Alarm when no process tells of one.',
      labelNames: ['worker'],
      registers,
    }),
    lag: new Gauge({
      name: 'segue_worker_lag_records',
      help: 'Records of a partition that is read here which are not done with yet; asked of Kafka every 10 s where no batch tells it.',
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

/** Of one worker: a partition that another process reads by now is told of there alone. */
export function lagOf({ lag }: Pick<WorkerMetrics, 'lag'>, worker: string): LagGauge {
  return {
    set: (partition, records) => lag.set({ worker, partition }, records),
    forget: (partition) => lag.remove({ worker, partition }),
  }
}
