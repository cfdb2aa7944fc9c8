/** Owns a database of a test's own, on the server that the tests share: what one test writes, no other sees. */

import pg from 'pg'
import { Secret } from '../runtime/secret.ts'
import { ADMIN_VARIABLE, addressVariable, LOGIN_ROLES } from './roles.ts'

export interface TestDatabase {
  /** As the admin. */
  readonly url: Secret
  /** The addresses of the admin and of every role, for programs that are to work in this database. */
  readonly env: Readonly<Record<string, string>>
  drop(): Promise<void>
}

/** Makes an empty database called `name` on the server of `env`, in place of one that an earlier run left. */
export async function createTestDatabase(env: NodeJS.ProcessEnv, name: string): Promise<TestDatabase> {
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: env[ADMIN_VARIABLE] })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  const drop = () => run(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
  await drop()
  await run(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  const addresses = [ADMIN_VARIABLE, ...LOGIN_ROLES.map(addressVariable)].flatMap((variable) => {
    const address = env[variable]
    if (address === undefined) return []
    const url = new URL(address)
    url.pathname = `/${name}`
    return [[variable, url.href] as const]
  })
  const own = Object.fromEntries(addresses)
  return { url: new Secret(own[ADMIN_VARIABLE] ?? ''), env: own, drop }
}
