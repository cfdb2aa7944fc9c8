/** Owns the measuring of the six questions, on a platform of one size and on one of ten times as many events. */

import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { withScratchDatabase } from '../../infra/clickhouse/scratch-database.ts'
import { createPool } from '../../infra/postgres/client.ts'
import { migratePostgres } from '../../infra/postgres/migrate.ts'
import { createTestDatabase } from '../../infra/postgres/test-database.ts'
import { ask } from '../../infra/questions/ask.ts'
import { QUESTIONS } from '../../infra/questions/questions.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import type { EnvRecord } from '../../infra/stack/env-file.ts'
import { generate } from './generate/generate.ts'

/** Milliseconds of each question, the median of five; the first of six only warms up. */
export type Medians = ReadonlyMap<string, number>

const RUNS = 5
const DAY_MS = 86_400_000
const DATABASE = 'segue_analytics_bench'
/** PostgreSQL makes millions of rows in one statement. */
const QUERY_TIMEOUT_MS = 1_800_000

export async function measureQuestions(
  env: EnvRecord,
  seed: number,
  events: number,
  onProgress: (what: string) => void,
): Promise<Medians> {
  const untilMs = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const database = await createTestDatabase(env, DATABASE)
  await migratePostgres(database.url)
  const postgres = createPool(database.url, { applicationName: 'segue-bench', queryTimeoutMs: QUERY_TIMEOUT_MS })
  try {
    return await withScratchDatabase(readEnv(env, clickhouseConfig), DATABASE, async (clickhouse) => {
      await generate(clickhouse, postgres, { seed, events, untilMs, closedMonth: monthBefore(untilMs) }, onProgress)
      const medians = new Map<string, number>()
      for (const question of QUESTIONS) {
        const given = parametersOf(Object.keys(question.parameters), untilMs)
        const times: number[] = []
        for (let run = 0; run <= RUNS; run += 1) {
          onProgress(`${question.name}, run ${run} of ${RUNS}`)
          const began = performance.now()
          const { rows } = await ask({ clickhouse, postgres }, question, given, new Date(untilMs))
          times.push(performance.now() - began)
          if (rows.length === 0) throw new Error(`${question.name} found nothing: there is nothing to measure`)
        }
        medians.set(question.name, times.slice(1).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0)
      }
      return medians
    })
  } finally {
    await postgres.end()
    await database.drop()
  }
}

/** Churn is asked a month ago, so that four weeks before it are full. */
function parametersOf(names: readonly string[], untilMs: number): ReadonlyMap<string, string> {
  const time = new Date(untilMs).toISOString()
  const values: Readonly<Record<string, string>> = {
    until: names.includes('countries') ? time.slice(0, 10) : time.slice(0, 19),
    account: 'account-7',
    at: new Date(untilMs - 30 * DAY_MS).toISOString().slice(0, 19),
    month: monthBefore(untilMs),
  }
  return new Map(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])))
}

/** Wholly within the days that are made, for most of them. */
const monthBefore = (untilMs: number): string => `${new Date(untilMs - 31 * DAY_MS).toISOString().slice(0, 7)}-01`
