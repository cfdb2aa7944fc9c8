/** Owns a gateway as tests run it: a process of its own on a free port, beside the servers of the test stack. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import getPort from 'get-port'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const READY_WITHIN_MS = 120_000

export interface GatewayProcess {
  readonly http: string
  readonly ws: string
  /** What it logged, for a failing test to show. */
  readonly output: () => string
  kill(signal: NodeJS.Signals): Promise<number | null>
  stop(): Promise<void>
}

interface Launched {
  readonly child: ChildProcess
  readonly output: () => string
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>
}

/** Starts a gateway on `port` and waits for nothing. */
export function launchGateway(env: Readonly<Record<string, string>>, port: number): Launched {
  // A run of tests that is interrupted leaves no gateway behind.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, '--import', 'tsx', 'gateway/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...env, SEGUE_GATEWAY_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const take = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null)
  return { child, output: () => output, exited }
}

/** Starts a gateway, on a free port unless one is named, and waits until it is ready. */
export async function startGateway(
  env: Readonly<Record<string, string>>,
  wantedPort?: number,
): Promise<GatewayProcess> {
  const port = wantedPort ?? (await getPort({ host: '127.0.0.1' }))
  const { child, output, exited } = launchGateway(env, port)
  const http = `http://127.0.0.1:${port}`
  await untilReady(child, http, output)
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }
  return {
    http,
    ws: `ws://127.0.0.1:${port}/ws`,
    output,
    kill,
    async stop() {
      await kill('SIGTERM')
    },
  }
}

async function untilReady(child: ChildProcess, http: string, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}:\n${output()}`)
    const answer = await fetch(`${http}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    await wait(100)
  }
  child.kill('SIGKILL')
  throw new Error(`the gateway was not ready within ${READY_WITHIN_MS} ms:\n${output()}`)
}
