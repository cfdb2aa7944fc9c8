/** Owns the fourth path: people of the demo have listened for a month, Airflow closes it, and the ledger and the reports say so. */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { AIRFLOW_USER } from '../../infra/airflow/server.ts'
import { signInAt } from '../../infra/airflow/session.ts'
import { createClickHouse } from '../../infra/clickhouse/client.ts'
import { clickhouseConfig } from '../../infra/clickhouse/config.ts'
import { openReports, reportsConfig } from '../../infra/minio/reports.ts'
import { postgresConfig } from '../../infra/postgres/config.ts'
import { withPool } from '../../infra/postgres/with-pool.ts'
import { readEnv } from '../../infra/runtime/env.ts'
import { within } from '../../infra/runtime/within.ts'
import { nodeProgram } from '../../infra/stack/node-program.ts'
import { until } from '../until.ts'
import type { StackPlace } from './stack-place.ts'
import { must, type Step } from './steps.ts'

const STREAMS = 200
const DAG = 'royalty_close'
/** Each of its four tasks starts a program of its own, one after the other. */
const CLOSED_WITHIN_MS = 900_000
const COUNTED_WITHIN_MS = 120_000
const TASKS = ['check_inputs', 'close', 'cross_check', 'export']

/** The month before this one. */
export function lastMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7)
}

export function moneyPath({ env, secrets, airflowUrl }: StackPlace): readonly Step[] {
  const month = lastMonth(new Date())
  const config = readEnv(env, (read) => ({ admin: postgresConfig(read, 'admin'), reports: reportsConfig(read) }))
  const query = async <Row extends object>(sql: string): Promise<readonly Row[]> =>
    await withPool(config.admin.url, { applicationName: 'segue-whole-stack', maxConnections: 1 }, async (pool) => {
      return (await pool.query<Row>(sql, [`${month}-01`])).rows
    })

  return [
    {
      title: 'people of the demo have listened last month, through Kafka and the workers',
      async work() {
        const [closed] = await query(`SELECT FROM accounting_months WHERE month = $1 AND status = 'closed'`)
        if (closed !== undefined) return `${month} was closed before: its streams are in it`
        const streams = await demoMonth(month, env)
        await untilCounted(month, streams, env)
        return `${month}: ${streams} streams`
      },
    },
    {
      title: 'Airflow closes the month: inputs checked, closed, counted four times, exported',
      async work() {
        const session = await signInAt(airflowUrl, AIRFLOW_USER, secrets.airflow_password)
        const { state, tasks } = await within(CLOSED_WITHIN_MS, () => session.run(DAG, { month }))
        const told = TASKS.map((name) => {
          const task = tasks.find((each) => each.task === name)
          const { status } = (task?.result ?? {}) as { readonly status?: string }
          return `${name}: ${status ?? task?.state ?? 'not run'}`
        })
        const failed = tasks.find((task) => task.state === 'failed')
        must(state === 'success', `${told.join(', ')}\n${failed?.log.slice(-1_500) ?? ''}`)
        must(told.includes('cross_check: agree'), told.join(', '))
        return told.join(', ')
      },
    },
    {
      title: 'the ledger has its postings, and they add to zero',
      async work() {
        const rows = await query<{ currency: string; postings: number; sum: string }>(
          `SELECT currency, count(*)::int AS postings, sum(amount_micros)::text AS sum
             FROM ledger_postings WHERE period = $1 GROUP BY currency ORDER BY currency`,
        )
        must(rows.length > 0, `there is no posting of ${month}`)
        const uneven = rows.filter(({ sum }) => sum !== '0')
        must(uneven.length === 0, uneven.map(({ currency, sum }) => `${currency} adds to ${sum}`).join('; '))
        return rows.map(({ currency, postings }) => `${currency} ${postings}`).join(', ')
      },
    },
    {
      title: 'MinIO has the sales reports (DSR), as they were written',
      async work() {
        const files = await query<{ key: string; hash: string }>(
          `SELECT object_key AS key, content_hash AS hash FROM royalty_files WHERE month = $1 AND kind = 'dsr' ORDER BY 1`,
        )
        must(files.length > 0, `no report of ${month} was written`)
        const reports = await openReports(config.reports)
        for (const { key, hash } of files) {
          const object = await reports.get(key)
          must(object !== undefined, `${key} is not there`)
          const bytes = await buffer(object)
          must(createHash('sha256').update(bytes).digest('hex') === hash, `${key} is not what was written`)
          const lines = bytes.toString('utf8').trimEnd().split(/\r?\n/)
          must(lines[0]?.startsWith('HEAD\t') === true, `${key} begins with ${lines[0]}`)
          const [name, count] = lines.at(-1)?.split('\t') ?? []
          must(name === 'FOOT' && Number(count) === lines.length, `${key}: ${lines.length} lines, ${lines.at(-1)}`)
        }
        return `${files.length} ${files.length === 1 ? 'file' : 'files'} for ${month}`
      },
    },
  ]
}

/** ClickHouse hears of them on a way of its own, and the close compares both. */
async function untilCounted(month: string, streams: number, env: NodeJS.ProcessEnv): Promise<void> {
  const clickhouse = createClickHouse(readEnv(env, clickhouseConfig))
  const query = `SELECT uniqExact(stream_id) AS n FROM streams WHERE toYYYYMM(started_at) = {month:UInt32}`
  const counted = async () => {
    const query_params = { month: Number(month.replace('-', '')) }
    const [row] = await (await clickhouse.query({ query, query_params, format: 'JSONEachRow' })).json<{ n: string }>()
    return Number(row?.n)
  }
  try {
    const what = `${streams} streams of ${month} in ClickHouse`
    await until(async () => (await counted()) >= streams, { what, withinMs: COUNTED_WITHIN_MS })
  } finally {
    await clickhouse.close()
  }
}

/** @returns how many streams count */
async function demoMonth(month: string, env: NodeJS.ProcessEnv): Promise<number> {
  const launch = nodeProgram('workers/royalties/main.ts', {})
  const child = spawn(launch.command, [...launch.args, 'demo-month', month, '--streams', String(STREAMS)], {
    env: { ...launch.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  must(code === 0, `demo-month ended with ${code}: ${complained.trim()}`)
  return (JSON.parse(said.trim().split('\n').at(-1) ?? '') as { readonly streams: number }).streams
}
