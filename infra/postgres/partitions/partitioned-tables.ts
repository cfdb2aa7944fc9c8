/** Owns the table of tables that are cut by month: how far ahead months are made, and how long each is kept. */

export interface PartitionedTable {
  /** Whole months after the one a row is of; then the month is dropped. As `least_ages` has it in the database, which refuses before. */
  readonly keepMonths: number
}

/** A job that fails for as long as this has been noticed long before. */
export const AHEAD_MONTHS = 3

/** A month of a large table takes its time to be dropped. */
export const STATEMENT_WITHIN_MS = 300_000

/** What is read from Kafka late, or comes from a clock that is slow, is of this month or the one before. */
export const BEHIND_MONTHS = 1

export const PARTITIONED_TABLES: Readonly<Record<string, PartitionedTable>> = {
  // What was paid for, and why, is asked after for ten years.
  royalty_streams: { keepMonths: 120 },
  audit_log: { keepMonths: 120 },
  // Of two years a campaign is compared with the one before.
  impressions: { keepMonths: 25 },
  withheld_ads: { keepMonths: 25 },
  // A playlist keeps what it holds; how it came to that is asked after for three years.
  playlist_edits: { keepMonths: 36 },
}
