/** Owns a Redis Cluster of three nodes, as tests need it: on free ports, in a folder that goes with it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import getPort from 'get-port'
import { Cluster, Redis } from 'ioredis'
import { findCommand } from '../../stack/run-tool.ts'

const SLOTS = 16_384
const NODES = 3
const UP_WITHIN_MS = 20_000
/** The bus between nodes listens this far above the port. */
const BUS_OFFSET = 10_000

export interface RedisCluster {
  readonly client: Redis
  stop(): Promise<void>
}

export async function startRedisCluster(): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'segue-redis-cluster-'))
  const nodes: { readonly port: number; readonly child: ChildProcess; readonly redis: Redis }[] = []
  let client: Cluster | undefined
  const stop = async () => {
    client?.disconnect()
    for (const { redis, child } of nodes) {
      redis.disconnect()
      if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const program = await serverProgram(folder)
    for (let i = 0; i < NODES; i += 1) {
      const port = await getPort({
        host: '127.0.0.1',
        port: Array.from({ length: 200 }, (_, n) => 21_000 + n * NODES + i),
      })
      const dir = join(folder, String(port))
      await mkdir(dir)
      const settings = {
        port,
        bind: '127.0.0.1',
        dir,
        'cluster-enabled': 'yes',
        'cluster-port': port + BUS_OFFSET,
        save: '',
      }
      const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
      const child = spawn(program, args, { stdio: 'ignore' })
      const redis = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: null })
      redis.on('error', () => undefined)
      nodes.push({ port, child, redis })
    }
    await form(nodes)
    client = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
    await client.ping()
    // The scripts ask for what both clients have.
    return { client: client as unknown as Redis, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function serverProgram(folder: string): Promise<string> {
  const own = await findCommand('redis-server')
  if (own !== undefined) return own
  const shared = await findCommand('redis-check-rdb')
  if (shared === undefined) throw new Error('redis-server is not installed: apt-get install redis-tools')
  const link = join(folder, 'redis-server')
  await symlink(shared, link)
  return link
}

async function form(nodes: readonly { readonly port: number; readonly redis: Redis }[]): Promise<void> {
  const aNode = Math.ceil(SLOTS / nodes.length)
  const first = nodes[0]
  for (const [i, { redis }] of nodes.entries()) {
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', i * aNode, Math.min(SLOTS, (i + 1) * aNode) - 1)
    await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1)
    if (first !== undefined && i > 0) {
      await redis.call('CLUSTER', 'MEET', '127.0.0.1', first.port, first.port + BUS_OFFSET)
    }
  }
  const deadline = Date.now() + UP_WITHIN_MS
  for (const { redis } of nodes) {
    while (!String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      if (Date.now() > deadline) throw new Error('the cluster did not form')
      await wait(50)
    }
  }
}
