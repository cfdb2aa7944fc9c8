/** Owns the test that every task of Airflow is a job whose absence is noticed, in time for its schedule. */

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PROJECT_ROOT } from '../stack/folders.ts'
import { JOBS } from './jobs.ts'

const DAGS = join(PROJECT_ROOT, 'infra', 'airflow', 'dags')
const DAY_S = 86_400
/** Of a schedule as cron has it: from one run to the next, at the most. */
const everySeconds = ([, , day, , weekday]: readonly string[]) =>
  day !== '*' ? 31 * DAY_S : weekday !== '*' ? 7 * DAY_S : DAY_S
/** A run may take half a day, by `EVERY_DAG`, and the next begins when it is due. */
const RUN_S = DAY_S / 2

test('each task of a DAG is one, and is overdue when a run of it was missed, not before', async () => {
  const due: Record<string, number> = {}
  for (const file of (await readdir(DAGS)).filter((name) => name.endsWith('.py'))) {
    const text = await readFile(join(DAGS, file), 'utf8')
    const dag = /dag_id="(\w+)"/.exec(text)?.[1]
    const schedule = /schedule="([^"]+)"/.exec(text)?.[1]?.split(' ') ?? []
    expect(schedule, file).toHaveLength(5)
    for (const [, task] of text.matchAll(/task_id="(\w+)"/g)) due[`${dag}.${task}`] = everySeconds(schedule)
  }
  expect(Object.keys(JOBS).sort()).toEqual(Object.keys(due).sort())
  for (const [job, seconds] of Object.entries(JOBS)) {
    const every = due[job] ?? 0
    expect(seconds, job).toBeGreaterThanOrEqual(every + RUN_S)
    expect(seconds, job).toBeLessThan(2 * every)
  }
})
