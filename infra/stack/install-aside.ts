/** Owns the rule that an install is whole or absent: filled in a folder aside, then renamed to its place. */

import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hasErrno } from './errno.ts'

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false
    throw error
  }
}

/** Has `fill` put its files in a new folder and moves that to `place`; when `place` is there nothing is done. */
export async function installAside(place: string, fill: (aside: string) => Promise<void>): Promise<void> {
  if (await exists(place)) return
  // The process id keeps two installs at the same time apart; the slower one finds the place taken and gives way.
  const aside = `${place}.${process.pid}.new`
  await mkdir(dirname(place), { recursive: true })
  await clearLeftovers(place)
  await rm(aside, { recursive: true, force: true })
  await mkdir(aside)
  try {
    await fill(aside)
    await rename(aside, place)
  } catch (error) {
    if (!(hasErrno(error, 'ENOTEMPTY') || hasErrno(error, 'EEXIST'))) throw error
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

/** What installs that were killed had begun. */
async function clearLeftovers(place: string): Promise<void> {
  const begun = /\.(\d+)\.new$/
  for (const name of await readdir(dirname(place))) {
    if (!name.startsWith(`${basename(place)}.`)) continue
    const pid = begun.exec(name)?.[1]
    if (pid !== undefined && !(await exists(`/proc/${pid}`)))
      await rm(join(dirname(place), name), { recursive: true, force: true })
  }
}
