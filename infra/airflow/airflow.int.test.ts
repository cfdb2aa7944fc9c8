/** Owns the test of Airflow as `npm run stack -- airflow` starts it: its DAGs, what their tasks call and say, and how it ends. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addStreams, makeWorld, monthsAgo, worldStreams } from '../../workers/royalties/testing/close-world.ts'
import { left } from '../../workers/royalties/testing/closing-world.ts'
import { untilDayHasRoom } from '../../workers/testing/until.ts'
import { partsOf, type SegueProcess, segue } from '../cli/testing/segue-process.ts'
import { createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'
import { openReports, reportsConfig } from '../minio/reports.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { heard } from '../questions/fixtures/fixture.ts'
import { readEnv } from '../runtime/env.ts'
import { readEnvFile } from '../stack/env-file.ts'
import { inDataFolder } from '../stack/folders.ts'
import { freePorts, type Ports } from '../stack/ports.ts'
import { isAlive, markOf } from '../stack/process-record.ts'
import { descendantsOf } from '../stack/process-tree.ts'
import { AIRFLOW_USER } from './server.ts'
import { type AirflowSession, type RunEnd, signInAt } from './session.ts'

const UP = /All is up, after [\d.]+ s/
const UP_WITHIN_MS = 400_000
const RUN_WITHIN_MS = 600_000
const STREAMS = 100
const DAGS = [
  'audit_chain',
  'backups',
  'cross_checks',
  'erasures',
  'exports',
  'master_keys',
  'partition_care',
  'retention',
  'royalty_close',
]

let parent: string
let dataDir: string
let ports: Ports
let running: SegueProcess
let url: string
let session: AirflowSession

beforeAll(() => untilDayHasRoom(280_000))
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'segue-airflow-'))
  dataDir = join(parent, 'data')
  ports = await freePorts()
  url = `http://127.0.0.1:${ports.airflow}`
  running = segue({ dataDir, ports }, 'stack', 'airflow')
  while (!UP.test(running.said()) && running.child.exitCode === null) await sleep(200)
  if (!UP.test(running.said())) throw new Error(`Airflow did not come up:\n${running.said()}`)
  const secrets = JSON.parse(await readFile(inDataFolder.secrets(dataDir), 'utf8')) as { airflow_password: string }
  session = await signInAt(url, AIRFLOW_USER, secrets.airflow_password)
}, UP_WITHIN_MS)

afterAll(async () => {
  running?.child.kill('SIGTERM')
  await running?.ended
  await rm(parent, { recursive: true, force: true })
})

describe('the DAGs', () => {
  test('are read without an error, say what they do, run once at a time and make up for nothing', async () => {
    const named = async () => {
      const { dags } = await session.get<{ dags: { dag_id: string }[] }>('/dags')
      return dags.map(({ dag_id }) => dag_id).sort()
    }
    await expect.poll(named, { interval: 500 }).toEqual(DAGS)
    expect(await session.get('/importErrors')).toMatchObject({ total_entries: 0 })
    for (const dag of DAGS) {
      const told = {
        catchup: false,
        max_active_runs: 1,
        is_paused: false,
        doc_md: expect.stringContaining('npm run segue'),
      }
      expect([dag, await session.get(`/dags/${dag}/details`)]).toMatchObject([dag, told])
      const { tasks } = await session.get<{ tasks: object[] }>(`/dags/${dag}/tasks`)
      for (const task of tasks)
        expect([dag, task]).toMatchObject([dag, { retries: expect.any(Number), execution_timeout: expect.anything() }])
    }
  })

  test(
    'for partitions, retention and backups call their commands, and end well where there is nothing to do',
    async () => {
      const [partitions, retention, backups] = await Promise.all([
        session.run('partition_care'),
        session.run('retention'),
        session.run('backups'),
      ])
      expect(backups, JSON.stringify(backups.tasks)).toMatchObject({
        state: 'success',
        tasks: expect.arrayContaining([
          expect.objectContaining({ task: 'take', result: expect.objectContaining({ backup: expect.any(String) }) }),
          expect.objectContaining({ task: 'verify', result: expect.stringContaining('all as they were written') }),
        ]),
      })
      expect(partitions).toMatchObject({
        state: 'success',
        tasks: [{ task: 'partitions', result: 'every month is there, and none is too old' }],
      })
      expect(retention).toMatchObject({
        state: 'success',
        tasks: expect.arrayContaining([
          expect.objectContaining({ task: 'rollups', result: '0 minutes built, 0 hours closed' }),
          expect.objectContaining({ task: 'retention', result: 'nothing is overdue' }),
        ]),
      })
    },
    RUN_WITHIN_MS,
  )

  test(
    'for erasures, audit log and master keys call their commands; where the audit log was changed the task fails and names the entry, once',
    async () => {
      const env = await readEnvFile(inDataFolder.environment(dataDir))
      const admin = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
      try {
        const enter = async (name: string) =>
          await admin.query('INSERT INTO rights_holders (holder_id, name) VALUES (gen_random_uuid(), $1)', [name])
        await enter('untouched')
        await enter('touched')
        const [erasures, keys, whole] = await Promise.all(
          ['erasures', 'master_keys', 'audit_chain'].map((dag) => session.run(dag)),
        )
        expect(erasures).toMatchObject({
          state: 'success',
          tasks: [{ task: 'erase', result: '0 erasures were gone over' }],
        })
        expect(keys).toMatchObject({
          state: 'success',
          tasks: [{ task: 'rewrap', result: expect.stringMatching(/^0 wrapped anew: \S+ wraps all/) }],
        })
        expect(whole).toMatchObject({
          state: 'success',
          tasks: [{ task: 'verify', result: expect.stringMatching(/^head \d+:[0-9a-f]{64}/) }],
        })
        // As a superuser may who first puts the triggers out of the way.
        const saysThatItWas = (login: string) =>
          admin.query(
            `SET session_replication_role = replica; UPDATE audit_log SET login = '${login}' WHERE after ->> 'name' = 'touched'; RESET session_replication_role`,
          )
        await saysThatItWas('nobody')
        const changed = await session.run('audit_chain')
        expect(changed).toMatchObject({ state: 'failed', tasks: [{ task: 'verify', state: 'failed' }] })
        expect(changed.tasks[0]?.log).toMatch(
          /entry \S+: the entry was altered: it now says insert of rights_holders .* by nobody/,
        )
        expect(changed.tasks[0]?.log).toContain('npm run segue -- audit verify ended with exit code 1')
        await saysThatItWas('segue')
        // By the workers it is told from there.
        const { rows } = await admin.query<{ job: string; failed: boolean }>(
          `SELECT job, failed_at IS NOT NULL AS failed FROM job_runs WHERE succeeded_at IS NOT NULL OR failed_at IS NOT NULL ORDER BY job`,
        )
        expect(rows.filter(({ failed }) => failed).map(({ job }) => job)).toEqual(['audit_chain.verify'])
        expect(rows.map(({ job }) => job)).toEqual(
          expect.arrayContaining(['backups.take', 'backups.verify', 'erasures.erase', 'master_keys.rewrap']),
        )
      } finally {
        await admin.end()
      }
    },
    RUN_WITHIN_MS,
  )
})

/** A month that is over, in PostgreSQL and in ClickHouse. */
async function listenFor(month: string, admin: Pool): Promise<void> {
  const streams = worldStreams(month, STREAMS)
  await makeWorld(admin, [month])
  await addStreams(admin, streams)
  const clickhouse = createClickHouse(readEnv(await readEnvFile(inDataFolder.environment(dataDir)), clickhouseConfig))
  const values = streams.map(({ id, account, isrc, artist, track, startedAt, territory, tier, flags }) => ({
    ...heard(account, startedAt.getTime(), 60, { country: territory, plan: tier, track }),
    stream_id: id,
    isrc,
    artist_id: artist,
    flags,
  }))
  await clickhouse.insert({ table: 'streams', values, format: 'JSONEachRow' })
  await clickhouse.close()
}

const ended = ({ state, tasks }: RunEnd) => ({
  state,
  ...Object.fromEntries(
    tasks.map(({ task, state, result }) => [task, (result as { status?: string })?.status ?? state]),
  ),
})

describe('the DAG of the close', () => {
  test(
    'closes the month before, and a second time nothing changes',
    async () => {
      const env = await readEnvFile(inDataFolder.environment(dataDir))
      const admin = createPool(readEnv(env, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'test' })
      try {
        const month = monthsAgo(1)
        await listenFor(month, admin)
        const reports = await openReports(readEnv(env, reportsConfig))
        const first = await session.run('royalty_close')
        expect(ended(first), JSON.stringify(first.tasks)).toMatchObject({
          state: 'success',
          check_inputs: 'ready',
          close: 'closed',
          cross_check: 'agree',
        })
        const books = await left({ admin, reports })
        expect(books.months).toMatchObject([{ status: 'closed' }])
        expect(books.postings).not.toEqual([])
        const second = await session.run('royalty_close', { month })
        expect(ended(second), JSON.stringify(second.tasks)).toMatchObject({
          state: 'success',
          check_inputs: 'nothing to do',
          close: 'nothing to do',
          cross_check: 'agree',
        })
        expect(await left({ admin, reports })).toEqual(books)
      } finally {
        await admin.end()
      }
    },
    RUN_WITHIN_MS,
  )

  test(
    'fails for a month that is still open, names what to do, and closes nothing',
    async () => {
      const open = monthsAgo(0)
      const { state, tasks } = await session.run('royalty_close', { month: open })
      expect([state, tasks.map(({ task, state }) => `${task} ${state}`).sort()]).toEqual([
        'failed',
        ['check_inputs failed', 'close upstream_failed', 'cross_check upstream_failed', 'export upstream_failed'],
      ])
      const { log = '' } = tasks.find(({ task }) => task === 'check_inputs') ?? {}
      expect(log).toContain(`npm run segue -- royalties close ${open} --check ended with exit code 1`)
      expect(log).toMatch(/month-not-over: .*: close it when it has ended in UTC/)
    },
    RUN_WITHIN_MS,
  )
})

describe('npm run stack -- airflow', () => {
  test('says where it is and how to sign in, lets nobody in without the password, and has started what it needs alone', async () => {
    expect(running.said()).toContain(`${url}/`)
    expect(running.said()).toContain(`sign in as ${AIRFLOW_USER}`)
    expect((await fetch(`${url}/api/v2/dags`)).status).toBe(401)
    await expect(signInAt(url, AIRFLOW_USER, 'wrong')).rejects.toThrow('401')
    expect(Object.keys(await partsOf(dataDir)).sort()).toEqual([
      'airflow',
      'clickhouse',
      'kafka',
      'minio',
      'postgres',
      'redis',
    ])
  })

  test('ends at Ctrl-C without a process left, whatever ran', async () => {
    const { airflow } = await partsOf(dataDir)
    const marks = await Promise.all((await descendantsOf(airflow?.pid ?? 0)).map(markOf))
    // Scheduler and two workers, reader of DAGs, pages.
    expect(marks.length).toBeGreaterThanOrEqual(5)
    running.child.kill('SIGINT')
    expect(await running.ended).toBe(0)
    expect((await Promise.all(marks.map(isAlive))).filter((alive) => alive)).toEqual([])
    await expect(fetch(`${url}/api/v2/monitor/health`)).rejects.toThrow()
  })
})
