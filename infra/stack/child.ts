/** Owns one running program: started in a group of its own, its output in a log, never outliving its parent. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { hasErrno } from './errno.ts'
import { PROJECT_ROOT } from './folders.ts'
import { asOrdinaryUser } from './ordinary-user.ts'
import type { Launch } from './part.ts'
import { StackProblem } from './problem.ts'
import { signalGroup, signalProcess } from './process-record.ts'
import { findCommand } from './run-tool.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Child {
  readonly pid: number
  readonly exited: Promise<Exit>
  readonly running: boolean
  signal(name: NodeJS.Signals): void
  /** Asks by `stopSignal`; after `withinMs` the whole group is killed. */
  stop(stopSignal: NodeJS.Signals, withinMs: number): Promise<void>
}

const TAIL_BYTES = 16_384

/**
 * The words that run `launch`. `setpriv` has the kernel send `stopSignal` when this process is gone, even by SIGKILL;
 * inside the namespace it must come last, since entering one clears that wish.
 */
async function commandLine(launch: Launch, stopSignal: NodeJS.Signals): Promise<readonly string[]> {
  const words = [launch.command, ...launch.args]
  if ((await findCommand('setpriv')) !== undefined) words.unshift('setpriv', '--pdeathsig', stopSignal.slice(3), '--')
  return launch.notAsRoot ? asOrdinaryUser(words) : words
}

/** One log a start; that of the start before is kept beside it. */
export async function turnLog(path: string): Promise<void> {
  try {
    await rename(path, `${path}.1`)
  } catch (error) {
    if (!hasErrno(error, 'ENOENT')) throw error
  }
}

export async function startChild(launch: Launch, logFile: string, stopSignal: NodeJS.Signals): Promise<Child> {
  const [command = '', ...args] = await commandLine(launch, stopSignal)
  const log = openSync(logFile, 'a', 0o600)
  let child: ChildProcess
  try {
    child = spawn(command, args, {
      cwd: PROJECT_ROOT,
      env: launch.env,
      // A group of its own: Ctrl-C on the terminal reaches the supervisor alone, which stops the parts in order.
      detached: true,
      stdio: ['ignore', log, log],
    })
  } finally {
    closeSync(log)
  }
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (cause) => reject(new StackProblem(`${command} cannot be started: ${cause.message}`, cause)))
  })
  const pid = child.pid
  if (pid === undefined) throw new StackProblem(`${command} was started but has no process id: try again`)

  const running = () => child.exitCode === null && child.signalCode === null
  return {
    pid,
    exited,
    get running() {
      return running()
    },
    signal(name) {
      if (running()) signalProcess(pid, name)
    },
    async stop(signal, withinMs) {
      if (running()) {
        signalProcess(pid, signal)
        const late = setTimeout(() => signalGroup(pid, 'SIGKILL'), withinMs)
        await exited
        clearTimeout(late)
      }
      // What it started and did not take along.
      signalGroup(pid, 'SIGKILL')
    },
  }
}

/** The last lines of a log, for the message about a part that died. */
export async function logTail(path: string, lines = 5): Promise<readonly string[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const length = Math.min(size, TAIL_BYTES)
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length)
    const all = buffer.toString('utf8').split('\n')
    return all.filter((line) => line.trim() !== '').slice(-lines)
  } finally {
    await file.close()
  }
}

export function exitText(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : exit.signal
}
