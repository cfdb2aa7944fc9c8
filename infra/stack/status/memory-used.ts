/** Owns how much memory programs use, each with all that descends from it: what several share is counted once, in parts. */

import { readFile } from 'node:fs/promises'
import { descendantsOf, processTable } from '../process-tree.ts'

/** In MB, by the same keys; 0 for one that has ended. */
export async function memoryUsed<Key>(pids: ReadonlyMap<Key, number>): Promise<Map<Key, number>> {
  const table = await processTable()
  const used = new Map<Key, number>()
  for (const [key, pid] of pids) {
    let kilobytes = 0
    for (const id of [pid, ...(await descendantsOf(pid, table))]) kilobytes += await proportional(id)
    used.set(key, Math.round(kilobytes / 1_024))
  }
  return used
}

async function proportional(pid: number): Promise<number> {
  // One that ended meanwhile uses none.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0)
}
