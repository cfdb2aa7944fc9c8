/** Owns backups in a folder, which only their maker reads. */

import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { hasErrno } from '../stack/errno.ts'
import type { Place } from './place.ts'

/** What is being written; nothing that is read ends so. */
const ASIDE = '.part'

export function folderPlace(folder: string): Place {
  return {
    title: folder,
    async put(name, bytes) {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      try {
        await pipeline(bytes, createWriteStream(`${path}${ASIDE}`, { mode: 0o600, flush: true }))
      } catch (cause) {
        await rm(`${path}${ASIDE}`, { force: true })
        throw cause
      }
      await rename(`${path}${ASIDE}`, path)
      await syncFolder(dirname(path))
    },
    async open(name) {
      try {
        const file = await open(join(folder, name))
        return file.createReadStream()
      } catch (error) {
        if (hasErrno(error, 'ENOENT')) return undefined
        throw error
      }
    },
    async list(prefix) {
      const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
        if (hasErrno(error, 'ENOENT')) return []
        throw error
      })
      return found
        .filter((entry) => entry.isFile() && !entry.name.endsWith(ASIDE))
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
        .filter((name) => name.startsWith(prefix))
        .sort()
    },
    async remove(name) {
      await rm(join(folder, name), { force: true })
    },
  }
}

/** A name that was given is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}
