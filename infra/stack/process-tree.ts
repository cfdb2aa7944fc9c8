/** Owns a process with all that descend from it, and signals that it cannot pass on to them: those that stop it and let it go on. */

import { readdir, readFile } from 'node:fs/promises'
import { signalProcess } from './process-record.ts'

/** Signals `pid` and all that descend from it; PostgreSQL's backends, for one, each lead a group of their own. */
export async function signalTree(pid: number, signal: NodeJS.Signals): Promise<void> {
  // The parent first: stopped, it starts no more of them.
  signalProcess(pid, signal)
  for (const child of await descendantsOf(pid)) signalProcess(child, signal)
}

/** The processes of this machine, each with its children. */
export type ProcessTable = ReadonlyMap<number, readonly number[]>

export async function processTable(): Promise<ProcessTable> {
  const children = new Map<number, number[]>()
  for (const name of await readdir('/proc')) {
    const id = Number(name)
    const parent = Number.isInteger(id) ? await parentOf(id) : undefined
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), id])
  }
  return children
}

/** @param table looked up now, unless it is given */
export async function descendantsOf(pid: number, table?: ProcessTable): Promise<number[]> {
  const children = table ?? (await processTable())
  const found: number[] = []
  for (let from = [pid]; from.length > 0; ) {
    from = from.flatMap((id) => children.get(id) ?? [])
    found.push(...from)
  }
  return found
}

async function parentOf(pid: number): Promise<number | undefined> {
  // A process that ended meanwhile has no parent, and needs no signal.
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
  return parent === undefined ? undefined : Number(parent)
}
