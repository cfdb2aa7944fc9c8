/**
 * Owns what a process has on the disk only while it runs: it goes when the process is told to end, and what one left that was
 * killed goes when the next begins. The name says whose it is, so that nothing is taken from a process that lives.
 */

import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, markOf } from './process-record.ts'

const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
/** Where ids of processes mean ours, the process with its start, and what keeps two of its paths apart. */
const TAG = /^([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{8}$/

export interface OwnPath {
  /** Nothing is there yet. */
  readonly path: string
  /** It is removed, if it is there still. */
  end(): Promise<void>
}

const owned = new Set<string>()

/** A path in the folder that begins and ends so, after what dead processes left there under such names was removed. */
export async function ownPath(folder: string, prefix: string, suffix = ''): Promise<OwnPath> {
  const place = await placeOfIds()
  await sweep(folder, prefix, suffix, place)
  const { pid, start_ticks } = await markOf(process.pid)
  const tag = [place, pid, start_ticks, randomBytes(4).toString('hex')].join('-')
  const path = join(folder, `${prefix}${tag}${suffix}`)
  if (owned.size === 0) for (const signal of END_SIGNALS) process.on(signal, removeAll)
  owned.add(path)
  return {
    path,
    async end() {
      await rm(path, { recursive: true, force: true })
      owned.delete(path)
      if (owned.size === 0) for (const signal of END_SIGNALS) process.off(signal, removeAll)
    },
  }
}

/** Ids are counted from one boot to the next, and apart in every container: of others nobody here knows who lives. */
async function placeOfIds(): Promise<string> {
  const [boot, space] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    readlink('/proc/self/ns/pid'),
  ])
  return createHash('sha256').update(`${boot}${space}`).digest('hex').slice(0, 8)
}

async function sweep(folder: string, prefix: string, suffix: string, here: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!(name.startsWith(prefix) && name.endsWith(suffix))) continue
    const [, place, pid, start_ticks = ''] = TAG.exec(name.slice(prefix.length, name.length - suffix.length)) ?? []
    if (place !== here || (await isAlive({ pid: Number(pid), start_ticks }))) continue
    await rm(join(folder, name), { recursive: true, force: true })
  }
}

function removeAll(signal: NodeJS.Signals): void {
  for (const path of owned) rmSync(path, { recursive: true, force: true })
  owned.clear()
  for (const each of END_SIGNALS) process.off(each, removeAll)
  // As if it had never been taken; who else takes it says what comes of it.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}
