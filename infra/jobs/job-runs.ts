/** Owns the table of when jobs ran: noted by whoever runs one, read by whoever tells of it. */

import type { Pool } from '../postgres/client.ts'
import { JOB_NAMES, type JobName } from './jobs.ts'

/** Whoever runs one job is to run them all: from then on each of them is expected. */
const EXPECT_ALL = 'INSERT INTO job_runs (job) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING'
const NOTE = {
  succeeded: 'UPDATE job_runs SET succeeded_at = now() WHERE job = $1',
  failed: 'UPDATE job_runs SET failed_at = now() WHERE job = $1',
} as const
const READ = `
  SELECT job, extract(epoch FROM coalesce(succeeded_at, expected_since))::float8 AS "succeededS",
         extract(epoch FROM failed_at)::float8 AS "failedS" FROM job_runs WHERE job = ANY ($1)`

export type JobOutcome = keyof typeof NOTE

export interface JobRun {
  readonly job: JobName
  /** Seconds since 1970; since when it is expected, where it never did. */
  readonly succeededS: number
  /** Null: it never did. */
  readonly failedS: number | null
}

export async function noteJobRun(postgres: Pool, job: JobName, outcome: JobOutcome): Promise<void> {
  await postgres.query(EXPECT_ALL, [JOB_NAMES])
  await postgres.query(NOTE[outcome], [job])
}

/** None, where no job was ever run. */
export async function readJobRuns(postgres: Pool): Promise<readonly JobRun[]> {
  return (await postgres.query<JobRun>(READ, [JOB_NAMES])).rows
}
