/** Owns the table of Kafka topics. */

export interface Topic {
  readonly name: string
  readonly partitions: number
  readonly retentionMs: number
  /** Of each key the last record is kept for ever. */
  readonly isCompacted?: boolean
}

const DAY_MS = 86_400_000

export const TOPICS = {
  /** Records of `playback-record.ts`, keyed by account id. */
  playbackEvents: { name: 'playback.events', partitions: 6, retentionMs: 7 * DAY_MS },
  /** Records of `playback.events` that could not be read: key and bytes as they came, why and whence in the headers. No longer than a hashed address may be kept. */
  playbackEventsDead: { name: 'playback.events.dead', partitions: 1, retentionMs: 28 * DAY_MS },
  /** Which rows of the catalog changed, as Debezium tells it, keyed by the row: of one row they are in order. */
  catalogChanges: { name: 'catalog.changes', partitions: 3, retentionMs: 7 * DAY_MS, isCompacted: true },
  /** That Debezium has read on though nothing of the catalog changed. */
  catalogHeartbeats: { name: 'catalog.heartbeats.catalog', partitions: 1, retentionMs: DAY_MS },
} as const satisfies Record<string, Topic>
