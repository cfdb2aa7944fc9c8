/** Owns which scheduled tasks there are, and how long after its last success each is overdue: until the next run, with what both may take. */

const DAILY = 36 * 3_600
const WEEKLY = 8 * 24 * 3_600
const MONTHLY = 33 * 24 * 3_600

/** Seconds, by DAG and task. */
export const JOBS = {
  'audit_chain.verify': DAILY,
  'backups.take': DAILY,
  'backups.verify': DAILY,
  'cross_checks.cross_check': DAILY,
  'erasures.erase': DAILY,
  'exports.export': DAILY,
  'master_keys.rewrap': WEEKLY,
  'partition_care.partitions': DAILY,
  'retention.rollups': DAILY,
  'retention.retention': DAILY,
  'royalty_close.check_inputs': MONTHLY,
  'royalty_close.close': MONTHLY,
  'royalty_close.cross_check': MONTHLY,
  'royalty_close.export': MONTHLY,
} as const satisfies Readonly<Record<string, number>>

export type JobName = keyof typeof JOBS

export const JOB_NAMES = Object.keys(JOBS) as JobName[]
