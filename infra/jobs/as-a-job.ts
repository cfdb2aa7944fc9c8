/** Owns what a command does beside its work when a scheduler runs it: it notes that it succeeded, or failed, so that this is seen elsewhere than at the scheduler. */

import { postgresConfig } from '../postgres/config.ts'
import { withPool } from '../postgres/with-pool.ts'
import { readEnv } from '../runtime/env.ts'
import { readEnvFile } from '../stack/env-file.ts'
import { dataFolder, inDataFolder } from '../stack/folders.ts'
import { type JobOutcome, noteJobRun } from './job-runs.ts'
import { JOBS, type JobName } from './jobs.ts'

/** Set by the scheduler: which job this command is. */
const JOB_VARIABLE = 'SEGUE_JOB'

const isJob = (name: string): name is JobName => Object.hasOwn(JOBS, name)

/** Runs `work`, whose failure is an exit code or thrown. What cannot be noted makes no work fail that was done: it is said, and told as overdue some day. */
export async function asAJob(work: () => Promise<void>): Promise<void> {
  const job = process.env[JOB_VARIABLE] ?? ''
  if (job !== '' && !isJob(job)) {
    console.error(`segue: ${JOB_VARIABLE} is no job: choose from ${Object.keys(JOBS).join(', ')}`)
    process.exitCode = 1
    return
  }
  let outcome: JobOutcome = 'failed'
  try {
    await work()
    if (!process.exitCode) outcome = 'succeeded'
  } finally {
    if (job !== '') await note(job, outcome)
  }
}

async function note(job: JobName, outcome: JobOutcome): Promise<void> {
  try {
    const { url } = readEnv(await environment(), (read) => postgresConfig(read, 'maintenance'))
    await withPool(url, { applicationName: 'segue-jobs' }, (postgres) => noteJobRun(postgres, job, outcome))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    console.error(`segue: that it ran could not be noted: ${why}`)
  }
}

/** Of a start that runs here, below what is set. */
async function environment(): Promise<NodeJS.ProcessEnv> {
  const set = Object.entries(process.env).filter(([, value]) => value !== '')
  return { ...(await readEnvFile(inDataFolder.environment(dataFolder(process.env)))), ...Object.fromEntries(set) }
}
