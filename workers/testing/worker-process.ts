/** Owns workers as tests run them: a process of their own on a free port, beside the servers of the test stack. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_WITHIN_MS = 120_000

export interface WorkerProcess {
  readonly http: string
  /** What it logged, for a failing test to show. */
  output(): string
  untilReady(): Promise<void>
  /** Ends it and says with which exit code; null when the signal was deadly. */
  kill(signal: NodeJS.Signals): Promise<number | null>
}

export async function startWorkers(
  env: Readonly<Record<string, string>>,
  names: readonly string[],
): Promise<WorkerProcess> {
  const port = await getPort({ host: '127.0.0.1' })
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/main.ts', ...names], {
    cwd: ROOT,
    env: { ...process.env, SEGUE_LOG_LEVEL: 'info', ...env, SEGUE_WORKERS_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const http = `http://127.0.0.1:${port}`
  return {
    http,
    output: () => output,
    async untilReady() {
      const deadline = Date.now() + READY_WITHIN_MS
      while (Date.now() < deadline) {
        if (child.exitCode !== null) throw new Error(`the workers ended with ${child.exitCode}:\n${output}`)
        const answer = await fetch(`${http}/readyz`).catch(() => undefined)
        if (answer?.ok) return
        await wait(100)
      }
      throw new Error(`the workers were not ready within ${READY_WITHIN_MS} ms:\n${output}`)
    },
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal)
        await once(child, 'exit')
      }
      return child.exitCode
    },
  }
}
