/** Owns how Redis is installed and started natively. */

import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { installAside } from '../stack/install-aside.ts'
import { MEMORY } from '../stack/memory.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { writePrivateFile } from '../stack/private-file.ts'
import { StackProblem } from '../stack/problem.ts'
import { findCommand } from '../stack/run-tool.ts'

/**
 * Debian's `redis-tools` carries the server program itself, under the name redis-check-rdb; `redis-server` adds a link to
 * it and a service that would listen on port 6379 from then on. We take the program and leave the service.
 */
export const REDIS_PACKAGE = { commands: ['redis-server', 'redis-check-rdb'], package: 'redis-tools' }

/** That of Debian 12: Debian mends it and leaves the number. */
const REDIS_VERSION = '7.0.15'

/** The program decides by the name it is called by what it is. */
async function serverProgram(cacheDir: string): Promise<string> {
  const own = await findCommand('redis-server')
  if (own !== undefined) return own
  const shared = await findCommand('redis-check-rdb')
  if (shared === undefined)
    throw new StackProblem('redis-server is not installed: apt-get install redis-tools, then run this again')
  const folder = join(cacheDir, 'redis')
  await installAside(folder, async (aside) => await symlink(shared, join(aside, 'redis-server')))
  return join(folder, 'redis-server')
}

function settings({ host, ports, secrets, folder }: StartContext): string {
  const lines = {
    bind: host,
    port: ports.redis,
    requirepass: secrets.redis_password,
    dir: join(folder, 'data'),
    appendonly: 'yes',
    // Beyond it nothing more is taken, and nothing that it holds is given up.
    maxmemory: `${MEMORY.redis.toldMb}mb`,
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name} "${value}"\n`)
    .join('')
}

export const redisServer = definePart({
  name: 'redis',
  title: 'Redis 7',
  version: async () => REDIS_VERSION,
  ports: ['redis'],
  stopSignal: 'SIGTERM',
  stopWithinMs: 5_000,
  startWithinMs: 20_000,
  async prepare(context) {
    await mkdir(join(context.folder, 'data'), { recursive: true })
    // In a file, not on the command line, where every user of the machine reads the password.
    await writePrivateFile(join(context.folder, 'redis.conf'), settings(context))
  },
  async launch({ folder, cacheDir }) {
    return { command: await serverProgram(cacheDir), args: [join(folder, 'redis.conf')], env: plainEnv() }
  },
  async probe({ host, ports, secrets }) {
    const client = new Redis({
      host,
      port: ports.redis,
      password: secrets.redis_password,
      lazyConnect: true,
      connectTimeout: 2_000,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    // The rejected promise says it; without a listener ioredis prints it as well.
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.ping()
    } finally {
      client.disconnect()
    }
  },
})
