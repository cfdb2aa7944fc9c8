/** Owns how a process that was started here ended, as a shell has it. */

import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'

/** Its exit code, or 128 and the number of the signal that ended it. Rejects when it could not be started. */
export function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })
}
