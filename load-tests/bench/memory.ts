/** Owns what memory costs: of a process after its garbage was collected, and of the kernel for sockets, told apart. */

import { readFile } from 'node:fs/promises'
import { WebSocket } from 'ws'
import { HOST } from '../../infra/stack/ports.ts'

const KIB = 1024
const PAGE_BYTES = 4_096

export interface Memory {
  readonly rssBytes: number
  /** Of the whole machine: whatever else changes there changes it too. */
  readonly slabBytes: number
  readonly socketBufferBytes: number
}

export async function memoryOf(pid: number): Promise<Memory> {
  return {
    rssBytes: (await kibOf(`/proc/${pid}/status`, 'VmRSS')) * KIB,
    slabBytes: (await kibOf('/proc/meminfo', 'Slab')) * KIB,
    socketBufferBytes: await socketBufferBytes(),
  }
}

async function kibOf(file: string, name: string): Promise<number> {
  const line = (await readFile(file, 'utf8')).split('\n').find((each) => each.startsWith(`${name}:`))
  return Number(line?.split(/\s+/)[1] ?? 0)
}

async function socketBufferBytes(): Promise<number> {
  const line = (await readFile('/proc/net/sockstat', 'utf8')).split('\n').find((each) => each.startsWith('TCP:'))
  return Number(/ mem (\d+)/.exec(line ?? '')?.[1] ?? 0) * PAGE_BYTES
}

interface Target {
  readonly webSocketDebuggerUrl: string
}

/** Has a process of Node collect its garbage, over its inspector on `port`: what it holds is then what it needs. */
export async function collectGarbage(port: number): Promise<void> {
  const [target] = (await (await fetch(`http://${HOST}:${port}/json/list`)).json()) as Target[]
  if (target === undefined) throw new Error(`nothing is to be inspected on port ${port}`)
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('open', () => socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })))
      socket.on('message', (bytes: Buffer) => {
        if ((JSON.parse(bytes.toString()) as { id?: number }).id === 1) resolve()
      })
    })
  } finally {
    socket.close()
  }
}
