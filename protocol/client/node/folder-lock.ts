/** Owns that one process at a time works in a folder: a file that names its holder, which a dead holder does not keep. */

import { randomUUID } from 'node:crypto'
import { link, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface FolderLock {
  release(): Promise<void>
}

const NAME = 'lock'
/** A holder that is being closed still writes what it was given; a slow disk makes it long. */
const CLOSING_MS = 2_000
const LOOK_AGAIN_MS = 20

/**
 * Takes the lock of `folder`. Holders are told apart by process id and start: both must be of this machine.
 * @throws when a living process, this one included, holds it for longer than one that is being closed would.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const closedBy = performance.now() + CLOSING_MS
  return lockFile(join(folder, NAME), (holder) => {
    if (performance.now() >= closedBy) throw new Error(`${folder} is in use by process ${holder.split(' ')[0]}`)
    return wait(LOOK_AGAIN_MS)
  })
}

/** Takes the name `path`; `patience` waits for a living holder, or throws. */
async function lockFile(path: string, patience: (holder: string) => Promise<void>): Promise<FolderLock> {
  const own = `${process.pid} ${await startOf(process.pid)} ${randomUUID()}`
  const aside = `${path}.${randomUUID()}`
  // Written whole before it has the name: nobody reads half a holder.
  await writeFile(aside, own)
  try {
    while (!(await linked(aside, path))) {
      const holder = await textOf(path)
      if (holder === undefined) continue
      if (await lives(holder)) await patience(holder)
      else await remove(path, holder, patience)
    }
    return { release: () => release(path, own) }
  } finally {
    await unlink(aside)
  }
}

/** Removes the lock of a dead holder. One at a time does: else the lock of somebody who came meanwhile would go with it. */
async function remove(path: string, dead: string, patience: (holder: string) => Promise<void>): Promise<void> {
  const alone = await lockFile(`${path}.removal`, patience)
  try {
    if ((await textOf(path)) === dead) await unlink(path)
  } finally {
    await alone.release()
  }
}

/** False: the name is taken. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function release(path: string, own: string): Promise<void> {
  if ((await textOf(path)) === own) await unlink(path)
}

async function lives(holder: string): Promise<boolean> {
  const [id = '', start] = holder.split(' ')
  const pid = Number(id)
  if (!Number.isSafeInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
  }
  // The number may have passed to another process since.
  return (await startOf(pid)) === start
}

/** When the process started, in the ticks of Linux; `unknown` elsewhere, where the number alone must do. */
async function startOf(pid: number): Promise<string> {
  const stat = await textOf(`/proc/${pid}/stat`)
  // The name of the program, in parentheses, may hold spaces; the start is the twentieth field after it.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown'
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return undefined
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
