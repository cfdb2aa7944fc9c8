/** Owns how our own programs are started beside the servers: the gateway, or two of them, and the workers. */

import { WORKER_USERS, withKafkaLoginsOf } from '../kafka/users.ts'
import { withStoreKeysOf } from '../minio/users.ts'
import { BACKUP_KEYS_VARIABLE, BACKUP_STORE_VARIABLES, MASTER_KEYS_VARIABLE } from '../personal/config.ts'
import { withLoginsOf } from '../postgres/roles.ts'
import { bundledProgram } from './bundled-program.ts'
import { probeHttp } from './http-probe.ts'
import { heapFlag } from './memory.ts'
import { nodeProgram } from './node-program.ts'
import { type AppName, definePart } from './part.ts'
import { versionInPackage } from './pinned-version.ts'
import type { PortName } from './ports.ts'

/** What a message leaves behind is young when thousands of sockets speak at once: with little room for the young, each collection copies it. */
export const GATEWAY_FLAGS = ['--max-semi-space-size=64']
/** And what a batch of records does. */
const WORKERS_FLAGS = [...GATEWAY_FLAGS, heapFlag('workers')]

/** What names a listener, and what lies in backups, is read by commands alone. */
const NO_MASTER_KEYS = Object.fromEntries(
  [MASTER_KEYS_VARIABLE, BACKUP_KEYS_VARIABLE, ...BACKUP_STORE_VARIABLES].map((name) => [name, '']),
)

const gateway = <const Name extends AppName>(name: Name, title: string, port: PortName) =>
  definePart({
    name,
    title,
    version: async () => await versionInPackage(),
    ports: [port],
    stopSignal: 'SIGTERM',
    // Longer than it gives itself to let its players go.
    stopWithinMs: 11_000,
    startWithinMs: 60_000,
    async launch({ env, ports }) {
      const own = withKafkaLoginsOf(withStoreKeysOf(withLoginsOf(env, ['gateway']), ['gateway']), ['gateway'])
      return await bundledProgram(
        'gateway/main.ts',
        { ...own, ...NO_MASTER_KEYS, SEGUE_GATEWAY_PORT: String(ports[port]) },
        [...GATEWAY_FLAGS, heapFlag(name)],
      )
    },
    async probe({ host, ports }) {
      await probeHttp(`http://${host}:${ports[port]}/readyz`)
    },
  })

export const gatewayApp = gateway('gateway', 'Gateway', 'gateway')
export const secondGatewayApp = gateway('gateway-2', 'Second gateway', 'gateway2')

export const workersApp = definePart({
  name: 'workers',
  title: 'Workers',
  version: async () => await versionInPackage(),
  ports: ['workers'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 6_000,
  startWithinMs: 60_000,
  async launch({ env }) {
    const roles = ['royalties', 'rollups', 'sharing', 'ads', 'recommend', 'maintenance', 'search'] as const
    const own = withKafkaLoginsOf(withStoreKeysOf(withLoginsOf(env, roles), []), WORKER_USERS)
    return nodeProgram('workers/main.ts', { ...own, ...NO_MASTER_KEYS }, WORKERS_FLAGS)
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.workers}/readyz`)
  },
})
