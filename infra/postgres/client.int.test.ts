import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Secret } from '../runtime/secret.ts'
import { createPool, inTransaction, type Pool } from './client.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_client_test')
  pool = createPool(database.url, { applicationName: 'client-test', maxConnections: 2 })
  await pool.query('CREATE TABLE notes (note text)')
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const notes = async () => (await pool.query<{ note: string }>('SELECT note FROM notes')).rows.map(({ note }) => note)

test('a transaction is whole or absent', async () => {
  await inTransaction(pool, (client) => client.query(`INSERT INTO notes VALUES ('kept')`))
  const failing = inTransaction(pool, async (client) => {
    await client.query(`INSERT INTO notes VALUES ('lost')`)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await notes()).toEqual(['kept'])
})

test('a connection that the server ends is replaced, whether idle or in a transaction', async () => {
  const endAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE application_name = 'client-test' AND pid <> pg_backend_pid()`
  const admin = createPool(database.url, { applicationName: 'client-test-admin' })
  const cut = inTransaction(pool, async (client) => {
    await admin.query(endAll)
    await client.query('SELECT 1')
  })
  await expect(cut).rejects.toThrow()
  await pool.query('SELECT 1')
  await admin.query(endAll)
  // The pool may hear of their end only when it uses them.
  await expect.poll(() => notes().catch(() => [])).toEqual(['kept'])
  await admin.end()
})

/** Between client and server; when silent, it takes everything and passes nothing on, as a network that lost its way. */
async function startProxy(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl)
  const sockets = new Set<Socket>()
  const proxy = { url: new Secret(''), silent: false, stop: async () => {} }
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => !proxy.silent && to.write(bytes))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = new URL(serverUrl)
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  proxy.url = new Secret(url.href)
  proxy.stop = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return proxy
}

test('a server that falls silent holds no connection for ever, in a transaction or not', async () => {
  const proxy = await startProxy(database.url.reveal())
  const near = createPool(proxy.url, { applicationName: 'silence-test', maxConnections: 2, queryTimeoutMs: 2_000 })
  await Promise.all([near.query('SELECT pg_sleep(0.1)'), near.query('SELECT pg_sleep(0.1)')])
  const since = performance.now()
  const refused = Promise.allSettled([
    near.query('SELECT 1'),
    inTransaction(near, async (client) => {
      proxy.silent = true
      await client.query('SELECT 1')
    }),
  ])
  const results = await refused
  expect(results[1]?.status).toBe('rejected')
  expect(performance.now() - since).toBeLessThan(15_000)
  proxy.silent = false
  expect((await near.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  await near.end()
  await proxy.stop()
})

test('a statement that takes too long is ended by the server, and the connection goes on', async () => {
  const hasty = createPool(database.url, { applicationName: 'hasty-test', maxConnections: 1, queryTimeoutMs: 200 })
  await expect(hasty.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
  await inTransaction(hasty, (client) => client.query('SELECT 1'))
  await hasty.end()
})

test('whoever freezes in a transaction does not keep its locks', async () => {
  const { rows } = await pool.query<{ idle: string; statement: string }>(
    `SELECT current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('statement_timeout') AS statement`,
  )
  expect(rows).toEqual([{ idle: '15s', statement: '10s' }])
})
