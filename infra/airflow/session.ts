/** Owns a person at Airflow without a browser: signed in, triggering DAGs and reading what became of them. */

import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

export interface TaskEnd {
  readonly task: string
  readonly state: string
  /** What the task returned, where it did. */
  readonly result: unknown
  readonly log: string
}

export interface RunEnd {
  readonly state: string
  readonly tasks: readonly TaskEnd[]
}

export interface AirflowSession {
  get<T>(path: string): Promise<T>
  /** Triggers the DAG, and waits until its run has ended. */
  run(dag: string, conf?: Readonly<Record<string, string>>): Promise<RunEnd>
}

const ASK_EVERY_MS = 500
const ASK_AGAIN_MS = 2_000
const MOST_AGAIN = 5
const CONFLICT = 409
const ENDED = ['success', 'failed']

export async function signInAt(url: string, username: string, password: string): Promise<AirflowSession> {
  const signIn = await fetch(`${url}/auth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  })
  if (!signIn.ok) throw new Error(`Airflow let ${username} not in: it answered ${signIn.status}`)
  const { access_token: token } = (await signIn.json()) as { access_token: string }

  async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': 'application/json' }
    const send = () => fetch(`${url}/api/v2${path}`, { ...init, headers })
    let answer = await send()
    // Its database has one writer at a time: it may be too busy just now. What was entered all the same is there already.
    let again = 0
    for (; answer.status >= 500 && again < MOST_AGAIN; again += 1) {
      await sleep(ASK_AGAIN_MS)
      answer = await send()
    }
    const body = await answer.text()
    if (!answer.ok && !(answer.status === CONFLICT && again > 0)) throw new Error(`${path}: ${answer.status} ${body}`)
    return JSON.parse(body) as T
  }

  async function taskEnd(run: string, { task_id, state, try_number }: TaskInstance): Promise<TaskEnd> {
    const task = `${run}/taskInstances/${task_id}`
    if (try_number === 0) return { task: task_id, state, result: undefined, log: '' }
    const { content } = await ask<{ content: unknown }>(`${task}/logs/${try_number}?full_content=true`)
    const { xcom_entries } = await ask<{ xcom_entries: { key: string }[] }>(`${task}/xcomEntries`)
    const has = xcom_entries.some(({ key }) => key === 'return_value')
    const result = has ? (await ask<{ value: unknown }>(`${task}/xcomEntries/return_value`)).value : undefined
    return { task: task_id, state, result, log: JSON.stringify(content) }
  }

  return {
    get: ask,
    async run(dag, conf = {}) {
      const id = `asked__${randomUUID()}`
      const asked = { method: 'POST', body: JSON.stringify({ dag_run_id: id, logical_date: null, conf }) }
      await ask(`/dags/${dag}/dagRuns`, asked)
      const run = `/dags/${dag}/dagRuns/${id}`
      let state = 'queued'
      while (!ENDED.includes(state)) {
        await sleep(ASK_EVERY_MS)
        state = (await ask<{ state: string }>(run)).state
      }
      const { task_instances } = await ask<{ task_instances: TaskInstance[] }>(`${run}/taskInstances`)
      return { state, tasks: await Promise.all(task_instances.map((task) => taskEnd(run, task))) }
    },
  }
}

interface TaskInstance {
  readonly task_id: string
  readonly state: string
  readonly try_number: number
}
