/** Owns how a command on the books of royalties meets its servers, and how it says what came of it: JSON on the last line of stdout. */

import { InvalidArgumentError } from 'commander'
import { useStackEnvironment } from '../../../infra/cli/stack-environment.ts'
import { kafkaConfig } from '../../../infra/kafka/config.ts'
import { offsetsAt } from '../../../infra/kafka/offsets-at.ts'
import { openReports, type ReportStore, reportsConfig } from '../../../infra/minio/reports.ts'
import type { Pool } from '../../../infra/postgres/client.ts'
import { postgresConfig } from '../../../infra/postgres/config.ts'
import { withPool } from '../../../infra/postgres/with-pool.ts'
import { ConfigError, readEnv } from '../../../infra/runtime/env.ts'
import { dataFolder } from '../../../infra/stack/folders.ts'
import { StackProblem } from '../../../infra/stack/problem.ts'
import { FileProblem } from '../../plain-files/file-problem.ts'
import type { CloseStores } from './close-month.ts'
import { type Finding, RefusedMonth, sentence } from './findings.ts'
import { isMonth } from './month-span.ts'

/** Twenty million streams are copied by one statement, on whatever machine. */
const STATEMENT_WITHIN_MS = 3_600_000
/** Between two statements twenty thousand postings are made ready, where others may have the processor. */
export const IDLE_IN_TRANSACTION_MS = 300_000

/** What a command has to say. With findings it failed. */
export type Answer = object & {
  readonly status?: string
  readonly reason?: string
  readonly findings?: readonly Finding[]
}

const CONNECTION = {
  applicationName: 'segue-royalties',
  queryTimeoutMs: STATEMENT_WITHIN_MS,
  idleInTransactionMs: IDLE_IN_TRANSACTION_MS,
  maxConnections: 4,
} as const

export async function withStores(work: (stores: CloseStores) => Promise<Answer>): Promise<void> {
  await answering(async () => {
    await useStackEnvironment(dataFolder(process.env))
    const config = readEnv(process.env, (read) => ({
      postgres: postgresConfig(read, 'finance'),
      reports: reportsConfig(read),
      kafka: kafkaConfig(read, 'finance'),
    }))
    const said = saying(config.reports.url)
    const reports = await openReports(config.reports).catch(said)
    return await withPool(config.postgres.url, CONNECTION, (pool) =>
      work({
        pool,
        reports: reportsSaying(reports, said),
        offsetsAt: (topic, atMs) => offsetsAt(config.kafka, topic, atMs),
      }),
    )
  })
}

const saying = (url: string) => (cause: unknown) => {
  throw new StackProblem(`MinIO cannot be used at ${url}: start it with npm start (${cause})`, cause)
}

/** Whatever it fails at, it is the store that is named. */
function reportsSaying(reports: ReportStore, said: (cause: unknown) => never): ReportStore {
  return {
    putBytes: (object, bytes) => reports.putBytes(object, bytes).catch(said),
    putFile: (object, path) => reports.putFile(object, path).catch(said),
    get: (key) => reports.get(key).catch(said),
  }
}

/** Of what needs the books in PostgreSQL alone. */
export async function withBooks(work: (pool: Pool) => Promise<Answer>): Promise<void> {
  await answering(async () => {
    await useStackEnvironment(dataFolder(process.env))
    const { url } = readEnv(process.env, (read) => postgresConfig(read, 'finance'))
    return await withPool(url, CONNECTION, work)
  })
}

async function answering(work: () => Promise<Answer>): Promise<void> {
  let answer: Answer
  try {
    answer = await work()
  } catch (error) {
    if (error instanceof RefusedMonth) answer = { status: 'refused', findings: error.findings }
    else if (error instanceof StackProblem || error instanceof ConfigError || error instanceof FileProblem) {
      for (const line of error.message.split('\n')) say(line)
      answer = { status: 'failed', reason: error.message }
      process.exitCode = 1
    } else throw error
  }
  for (const finding of answer.findings ?? []) say(sentence(finding))
  if ((answer.findings ?? []).length > 0) process.exitCode = 1
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

export const say = (line: string): void => void process.stderr.write(`segue: ${line}\n`)

export function month(text: string): string {
  if (isMonth(text)) return text
  throw new InvalidArgumentError('a month as 2026-10 is wanted')
}
