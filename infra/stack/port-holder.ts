/** Owns the answer to "who listens on this port?", read from /proc as far as this user may look. */

import { readdir, readFile, readlink } from 'node:fs/promises'

const LISTEN = '0A'

/** The inode of the listening socket on `port`, out of the text of /proc/net/tcp or tcp6. */
export function listeningInode(table: string, port: number): string | undefined {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    if (state === LISTEN && local?.endsWith(suffix)) return inode
  }
  return undefined
}

async function readOrEmpty(path: string): Promise<string> {
  // A process may end between two looks, and those of other users are closed to us: both read as nothing.
  return await readFile(path, 'utf8').catch(() => '')
}

/** `name (pid 123)` of the program that listens on `port`, or `undefined` when that cannot be seen. */
export async function portHolder(port: number): Promise<string | undefined> {
  const inode =
    listeningInode(await readOrEmpty('/proc/net/tcp'), port) ??
    listeningInode(await readOrEmpty('/proc/net/tcp6'), port)
  if (inode === undefined) return undefined
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      if (target === `socket:[${inode}]`) return `${(await readOrEmpty(`/proc/${pid}/comm`)).trim()} (pid ${pid})`
    }
  }
  return undefined
}
