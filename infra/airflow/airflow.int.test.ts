/** Owns the test of Airflow as `npm run stack -- airflow` starts it: its DAGs, what their tasks call and say, and how it ends. */

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partsOf, type SegueProcess, segue } from '../cli/testing/segue-process.ts'
import { inDataFolder } from '../stack/folders.ts'
import { freePorts, type Ports } from '../stack/ports.ts'
import { isAlive, markOf } from '../stack/process-record.ts'
import { descendantsOf } from '../stack/process-tree.ts'
import { AIRFLOW_USER } from './server.ts'
import { type AirflowSession, signInAt } from './testing/session.ts'

const UP = /All is up, after [\d.]+ s/
const UP_WITHIN_MS = 400_000
const RUN_WITHIN_MS = 600_000
const DAGS = ['cross_checks', 'exports', 'partition_care', 'retention', 'royalty_close']

let parent: string
let dataDir: string
let ports: Ports
let running: SegueProcess
let url: string
let session: AirflowSession

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
    await expect.poll(named, { timeout: 60_000, interval: 500 }).toEqual(DAGS)
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
  }, 120_000)

  test(
    'for partitions and retention end well, and a second time there is nothing to do',
    async () => {
      expect(await session.run('partition_care')).toMatchObject({
        state: 'success',
        tasks: [{ task: 'partitions', result: 'every month is there, and none is too old' }],
      })
      for (const _time of ['first', 'second']) {
        expect(await session.run('retention')).toMatchObject({
          state: 'success',
          tasks: expect.arrayContaining([
            expect.objectContaining({ task: 'rollups', result: '0 minutes built, 0 hours closed' }),
            expect.objectContaining({ task: 'retention', result: 'nothing is overdue' }),
          ]),
        })
      }
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
    expect(Object.keys(await partsOf(dataDir)).sort()).toEqual(['airflow', 'clickhouse', 'kafka', 'minio', 'postgres'])
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
  }, 60_000)
})
