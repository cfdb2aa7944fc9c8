/** Owns PostgreSQL as a dependency: up when it answers a statement over a connection of its own. */

import pg from 'pg'
import { createDependency, type Dependency } from '../runtime/dependency.ts'
import type { Logger } from '../runtime/log.ts'
import { createPool } from './client.ts'
import type { PostgresConfig } from './config.ts'

/** SQLSTATE classes by which it says that it cannot: connection, resources, shutdown, sign-in. */
const CANNOT = /^(08|53|57P|28)/

/** A lookup takes milliseconds; a listener who waits longer than this is better told. */
const ASK_WITHIN_MS = 3_000
const PROBE_STATEMENT_MS = 1_500

export function postgresDependency(config: PostgresConfig, log: Logger): Dependency {
  // Apart from the pool of the process: that may be used up, which is not the server's fault.
  const pool = createPool(config.url, {
    applicationName: 'segue-probe',
    maxConnections: 1,
    queryTimeoutMs: PROBE_STATEMENT_MS,
  })
  return createDependency('postgres', {
    log,
    probe: () => pool.query('SELECT 1'),
    isAway: (error) => !(error instanceof pg.DatabaseError) || CANNOT.test(error.code ?? ''),
    askWithinMs: ASK_WITHIN_MS,
    close: () => pool.end(),
  })
}
