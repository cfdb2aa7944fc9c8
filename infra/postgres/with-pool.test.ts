/** Owns the tests of which failures of a command's work are PostgreSQL's. */

import pg from 'pg'
import { expect, test } from 'vitest'
import { Secret } from '../runtime/secret.ts'
import { StackProblem } from '../stack/problem.ts'
import { withPool } from './with-pool.ts'

const OPTIONS = { applicationName: 'with-pool-test' }
const url = new Secret('postgres://segue@127.0.0.1:9/segue')
const failing = (cause: unknown) => withPool(url, OPTIONS, () => Promise.reject(cause))

test('a server that does not answer is named, and one that refuses says why', async () => {
  await expect(withPool(url, OPTIONS, (pool) => pool.query('SELECT 1'))).rejects.toThrow(
    new StackProblem('PostgreSQL does not answer at 127.0.0.1:9: start it with npm start'),
  )
  await expect(failing(new pg.DatabaseError('there is no table', 1, 'error'))).rejects.toThrow(
    new StackProblem('PostgreSQL says: there is no table'),
  )
})

test('what another server says, or a defect, is left as it is', async () => {
  const other = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9000'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
    port: 9000,
  })
  await expect(failing(other)).rejects.toBe(other)
  const denied = Object.assign(new Error('Access Denied.'), { code: 'AccessDenied' })
  await expect(failing(denied)).rejects.toBe(denied)
})
