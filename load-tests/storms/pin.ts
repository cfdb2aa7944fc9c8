/** Owns the binding of processes to processors, so that what is measured and what measures do not take turns on one. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Launch } from '../../infra/stack/part.ts'

export const CORE = { measured: 0, others: 1 } as const

/** `launch`, bound to `core`; as it is when there is none. */
export function pinned(launch: Launch, core: number | undefined): Launch {
  if (core === undefined) return launch
  return { ...launch, command: 'taskset', args: ['-c', String(core), launch.command, ...launch.args] }
}

/** Binds a running process with all of its threads. */
export async function pin(pid: number, core: number): Promise<void> {
  await promisify(execFile)('taskset', ['-a', '-c', '-p', String(core), String(pid)])
}
