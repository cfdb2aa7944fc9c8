/** Owns how our own programs are started beside the servers: the gateway, or two of them, and the workers. */

import { foreignPasswords, WORKER_USERS } from '../kafka/users.ts'
import { SERVICES_SECRET_VARIABLE } from '../keycloak/config.ts'
import { foreignKeys } from '../minio/users.ts'
import { BACKUP_KEYS_VARIABLE, BACKUP_STORE_VARIABLES, MASTER_KEYS_VARIABLE } from '../personal/config.ts'
import { foreignAddresses } from '../postgres/roles.ts'
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

/** What names a listener, and what lies in backups, is read by commands alone; accounts are taken away by one. */
const OF_COMMANDS = [MASTER_KEYS_VARIABLE, BACKUP_KEYS_VARIABLE, ...BACKUP_STORE_VARIABLES, SERVICES_SECRET_VARIABLE]

/** `env` without the secrets of these names: emptied, as a program may inherit them as well. */
const without = (env: Readonly<Record<string, string>>, names: readonly string[]) => ({
  ...env,
  ...Object.fromEntries(names.map((name) => [name, ''])),
})

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
      const user = ['gateway'] as const
      const foreign = [...foreignAddresses(user), ...foreignKeys(user), ...foreignPasswords(user), ...OF_COMMANDS]
      return await bundledProgram(
        'gateway/main.ts',
        { ...without(env, foreign), SEGUE_GATEWAY_PORT: String(ports[port]) },
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
    const foreign = [...foreignAddresses(roles), ...foreignKeys([]), ...foreignPasswords(WORKER_USERS), ...OF_COMMANDS]
    return nodeProgram('workers/main.ts', without(env, foreign), WORKERS_FLAGS)
  },
  async probe({ host, ports }) {
    await probeHttp(`http://${host}:${ports.workers}/readyz`)
  },
})
