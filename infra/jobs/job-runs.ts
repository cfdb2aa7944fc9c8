/** Owns the table of when jobs ran: noted by whoever runs one, read by whoever tells of it. */

import type { Pool } from '../postgres/client.ts'
import { JOB_NAMES, type JobName } from './jobs.ts'

const note = (column: string) =>
  `INSERT INTO job_runs (job, ${column}) VALUES ($1, now()) ON CONFLICT (job) DO UPDATE SET ${column} = excluded.${column}`
const NOTE = { succeeded: note('succeeded_at'), failed: note('failed_at') } as const
const READ = `
  SELECT job, extract(epoch FROM coalesce(succeeded_at, expected_since))::float8 AS "succeededS",
         extract(epoch FROM failed_at)::float8 AS "failedS" FROM job_runs WHERE job = ANY ($1)`

export type JobOutcome = keyof typeof NOTE

export interface JobRun {
  readonly job: JobName
  /** Seconds since 1970; since when it is expected, where it has only failed. */
  readonly succeededS: number
  /** Null: it never did. */
  readonly failedS: number | null
}

export async function noteJobRun(postgres: Pool, job: JobName, outcome: JobOutcome): Promise<void> {
  await postgres.query(NOTE[outcome], [job])
}

/** Of those that were ever run. */
export async function readJobRuns(postgres: Pool): Promise<readonly JobRun[]> {
  return (await postgres.query<JobRun>(READ, [JOB_NAMES])).rows
}
