/** Owns one run of k6: the program, its words, what it says, and how it ended. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import getPort from 'get-port'
import { HOST } from '../../infra/stack/ports.ts'

export interface K6Run {
  readonly program: string
  readonly script: string
  readonly settingsFile: string
  /** For k6, above ours. */
  readonly args: readonly string[]
  readonly signal: AbortSignal
  line(text: string): void
  /** About once a second, once clients have come. */
  progress(seen: Progress): void
  /** Told of its process. */
  started?(pid: number): void
}

/** What k6 tells of a run that goes on, by metric and statistic. */
export type Progress = (metric: string, statistic: string) => number | undefined

const ASK_EVERY_MS = 1_000

/** Returns k6's exit code: 0, 99 where a threshold was not kept, others where it could not go on. */
export async function runK6(run: K6Run): Promise<number> {
  const api = `${HOST}:${await getPort({ host: HOST })}`
  const ours = ['run', '--no-usage-report', '--quiet', '--address', api, '-e', `SEGUE_LOAD=${run.settingsFile}`]
  const child = spawn(run.program, [...ours, ...run.args, run.script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = Promise.all([forward(child.stdout, run.line), forward(child.stderr, run.line)])
  const stop = () => child.kill('SIGINT')
  run.signal.addEventListener('abort', stop, { once: true })
  const timer = setInterval(() => void tell(api, run.progress), ASK_EVERY_MS)
  try {
    const ended = endOf(child)
    if (child.pid !== undefined) run.started?.(child.pid)
    const code = await ended
    await said
    run.signal.throwIfAborted()
    return code
  } finally {
    clearInterval(timer)
    run.signal.removeEventListener('abort', stop)
  }
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

async function forward(stream: NodeJS.ReadableStream, line: (text: string) => void): Promise<void> {
  for await (const text of createInterface({ input: stream })) line(text)
}

interface ApiMetrics {
  readonly data: readonly {
    readonly id: string
    readonly attributes: { readonly sample: Readonly<Record<string, number>> }
  }[]
}

async function tell(api: string, progress: K6Run['progress']): Promise<void> {
  const answer = await fetch(`http://${api}/v1/metrics`).catch(() => undefined)
  // It is not up yet, or about to end.
  if (answer?.ok !== true) return
  const { data } = (await answer.json()) as ApiMetrics
  const samples = new Map(data.map(({ id, attributes }) => [id, attributes.sample]))
  if (samples.has('segue_sign_in')) progress((metric, statistic) => samples.get(metric)?.[statistic])
}
