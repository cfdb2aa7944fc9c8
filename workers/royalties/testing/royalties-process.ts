/** Owns `segue royalties` as tests run it: a process of its own, that may be killed when it has said something. */

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Ended {
  /** Null: it was killed. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The last line of stdout. */
  readonly answer: Record<string, unknown>
}

/** @param killAt kills it, as no handler can see, once a line of stderr is so. */
export async function royalties(env: NodeJS.ProcessEnv, args: readonly string[], killAt?: RegExp): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'workers/royalties/main.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => (stdout += chunk))
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr += `${line}\n`
    if (killAt?.test(line)) child.kill('SIGKILL')
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return { code, stdout, stderr, answer: last.startsWith('{') ? JSON.parse(last) : {} }
}
