/** Owns where things lie: the project, the data folder, the cache of downloaded servers. */

import { mkdir, readdir, statfs } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { hasErrno } from './errno.ts'
import { StackProblem } from './problem.ts'

export const PROJECT_ROOT = resolve(import.meta.dirname, '..', '..')

const NEEDED_BYTES = 2 * 1024 ** 3

export function dataFolder(source: NodeJS.ProcessEnv): string {
  return resolve(PROJECT_ROOT, source.SEGUE_DATA_DIR || '.data')
}

export function cacheFolder(source: NodeJS.ProcessEnv): string {
  return resolve(source.SEGUE_CACHE_DIR || join(source.XDG_CACHE_HOME || join(homedir(), '.cache'), 'segue'))
}

/** The files of the data folder that others than their writer look for. */
export const inDataFolder = {
  secrets: (folder: string) => join(folder, 'secrets.json'),
  environment: (folder: string) => join(folder, 'stack.env'),
  processes: (folder: string) => join(folder, 'stack.pids.json'),
  backups: (folder: string) => join(folder, 'backups'),
  logs: (folder: string) => join(folder, 'logs'),
  scrape: (folder: string) => join(folder, 'scrape'),
  log: (folder: string, name: string) => join(folder, 'logs', `${name}.log`),
}

/** Whether a start made `folder`: `npm run reset` deletes nothing else. */
export async function isDataFolder(folder: string): Promise<boolean> {
  return (await entries(folder)).includes('secrets.json')
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return []
    throw new StackProblem(`${folder} cannot be read: set SEGUE_DATA_DIR to a folder of your own`, error)
  }
}

/**
 * Makes the data folder.
 * @throws {StackProblem} when it holds something else, which a later reset would delete.
 */
export async function ensureDataFolder(folder: string): Promise<void> {
  const found = await entries(folder)
  if (found.length > 0 && !found.includes('secrets.json')) {
    throw new StackProblem(`${folder} holds files that are not Segue's: set SEGUE_DATA_DIR to an empty folder`)
  }
  await makeFolder(folder)
}

export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StackProblem(`the folder ${folder} cannot be made: ${String(error)}`, error)
  }
}

/**
 * Makes `folder` and looks at what is free there.
 * @throws {StackProblem} when less than 2 GB are free.
 */
export async function requireSpace(folder: string, variable: string): Promise<void> {
  await makeFolder(folder)
  const disk = await statfs(folder)
  const freeBytes = disk.bavail * disk.bsize
  if (freeBytes < NEEDED_BYTES) {
    const free = (freeBytes / 1024 ** 3).toFixed(1)
    throw new StackProblem(
      `only ${free} GB are free for ${folder}, 2 GB are needed: free some space, or set ${variable} to a folder elsewhere`,
    )
  }
}
