/** Owns the file that says which processes belong to a data folder, and the end of those an earlier start left behind. */

import { readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasErrno } from './errno.ts'
import { writePrivateFile } from './private-file.ts'

/** A process for sure: ids are used again, an id with its start time is not. */
export interface ProcessMark {
  readonly pid: number
  /** Clock ticks from boot to its start. */
  readonly start_ticks: string
}

export interface ProcessRecord {
  readonly supervisor: ProcessMark
  readonly parts: Readonly<Record<string, ProcessMark>>
}

const STOP_WAIT_MS = 8_000

async function startTicks(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // The name in brackets may hold spaces and brackets: the fields are counted after the last one.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const dead = fields?.[0] === 'Z' || fields?.[0] === 'X'
  return dead ? undefined : fields?.[19]
}

export async function markOf(pid: number): Promise<ProcessMark> {
  return { pid, start_ticks: (await startTicks(pid)) ?? 'gone' }
}

export async function isAlive(mark: ProcessMark): Promise<boolean> {
  return (await startTicks(mark.pid)) === mark.start_ticks
}

export async function writeProcessRecord(path: string, record: ProcessRecord): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(record, null, 2)}\n`)
}

export async function readProcessRecord(path: string): Promise<ProcessRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProcessRecord
  } catch (error) {
    // Never written, or cut short by a full disk: either way nothing is known of earlier processes.
    if (hasErrno(error, 'ENOENT') || error instanceof SyntaxError) return undefined
    throw error
  }
}

export async function removeProcessRecord(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** Ends what an earlier start left running; the names of the parts that were ended. */
export async function endLeftovers(record: ProcessRecord): Promise<readonly string[]> {
  const ended: string[] = []
  await Promise.all(
    Object.entries(record.parts).map(async ([name, mark]) => {
      if (!(await isAlive(mark))) return
      ended.push(name)
      // PostgreSQL takes SIGTERM as "wait for the clients"; SIGINT is its prompt stop, and the others heed it too.
      signalProcess(mark.pid, 'SIGINT')
      const deadline = Date.now() + STOP_WAIT_MS
      while (Date.now() < deadline && (await isAlive(mark))) await sleep(50)
      if (await isAlive(mark)) signalGroup(mark.pid, 'SIGKILL')
    }),
  )
  return ended
}

export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  send(pid, signal)
}

/** Signals every process of the group that `pid` leads. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  send(-pid, signal)
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal)
  } catch (error) {
    // Gone already: that is what the signal was for.
    if (!hasErrno(error, 'ESRCH')) throw error
  }
}
