/** Owns a database of a test's own, on the server that the tests share: what one test writes, no other sees. */

import pg from 'pg'
import { Secret } from '../runtime/secret.ts'

export interface TestDatabase {
  readonly url: Secret
  drop(): Promise<void>
}

/** Makes an empty database called `name`, in place of one that an earlier run left. */
export async function createTestDatabase(serverUrl: string, name: string): Promise<TestDatabase> {
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: serverUrl })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  const drop = () => run(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
  await drop()
  await run(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { url: new Secret(url.href), drop }
}
