/** Owns the workers beside the gateway in a page test: a process of its own. The gateway's room knows no more of them. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { nodeProgram } from '../../../infra/stack/node-program.ts'

const READY_WITHIN_MS = 40_000

export interface WorkersProcess {
  stop(): Promise<void>
}

export async function startWorkers(env: Readonly<Record<string, string>>): Promise<WorkersProcess> {
  const launch = nodeProgram('workers/main.ts', env)
  const child = spawn(launch.command, launch.args, { env: launch.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the workers ended with ${child.exitCode}:\n${output}`)
    const answer = await fetch(`http://127.0.0.1:${env.SEGUE_WORKERS_PORT}/readyz`).catch(() => undefined)
    if (answer?.ok) return { stop }
    await wait(100)
  }
  await stop()
  throw new Error(`the workers were not ready within ${READY_WITHIN_MS} ms:\n${output}`)
}
