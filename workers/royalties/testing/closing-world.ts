/** Owns the servers of a test of the close: a database and a bucket of its own, and everything that a close leaves there. */

import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { groupOf } from '../../../infra/kafka/users.ts'
import { openReports, type ReportStore, reportsConfig } from '../../../infra/minio/reports.ts'
import { makeOwnBuckets } from '../../../infra/minio/testing/own-buckets.ts'
import { createPool, type Pool } from '../../../infra/postgres/client.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../../../infra/postgres/test-database.ts'
import { readEnv } from '../../../infra/runtime/env.ts'
import { TOPICS } from '../../../protocol/events/topics.ts'
import { addStreams, makeWorld, monthsAgo, worldStreams } from './close-world.ts'

/** Over, whenever the test runs, and the one after it. */
export const MONTH = monthsAgo(2)
export const NEXT = monthsAgo(1)
export const STREAMS = 300

export interface World {
  readonly database: TestDatabase
  readonly admin: Pool
  readonly env: NodeJS.ProcessEnv
  readonly reports: ReportStore
}

/** With a month that may be closed. */
export async function createWorld(stack: NodeJS.ProcessEnv, name: string): Promise<World> {
  const database = await createTestDatabase(stack, name)
  await migratePostgres(database.url)
  const admin = createPool(database.url, { applicationName: name, maxConnections: 1 })
  await makeWorld(admin, [MONTH, NEXT])
  await addStreams(admin, worldStreams(MONTH, STREAMS))
  // These books have read whatever other tests put into the topic, also where the month after MONTH ends during the run.
  await admin.query(
    `INSERT INTO kafka_offsets (consumer_group, topic, partition, next_offset) SELECT g, $2, n, $3 FROM generate_series(0, $4::int - 1) AS n, unnest($1::text[]) AS g`,
    [
      [groupOf('royalties'), groupOf('ads')],
      TOPICS.playbackEvents.name,
      Number.MAX_SAFE_INTEGER,
      TOPICS.playbackEvents.partitions,
    ],
  )
  const env = { ...stack, ...database.env, ...(await makeOwnBuckets(stack, name.replaceAll('_', '-'))) }
  return { database, admin, env, reports: await openReports(readEnv(env, reportsConfig)) }
}

export async function endWorld(world: World | undefined): Promise<void> {
  await world?.admin.end()
  await world?.database.drop()
}

/** Everything that a close leaves, but when and by whom it was entered. */
export async function left({ admin, reports }: Pick<World, 'admin' | 'reports'>) {
  const dump = async (sql: string) => (await admin.query(sql)).rows
  const files = await dump(
    `SELECT object_key, kind, holder_id, content_hash, bytes FROM royalty_files WHERE kind <> 'inputs' ORDER BY 1`,
  )
  const objects: Record<string, string> = {}
  for (const { object_key: key } of files) {
    const object = await reports.get(key)
    if (object !== undefined)
      objects[key] = createHash('sha256')
        .update(await buffer(object))
        .digest('hex')
  }
  return {
    files,
    objects,
    closes: await dump('SELECT month, close_id, input_hash, part_hashes, object_key FROM royalty_closes ORDER BY 1'),
    months: await dump('SELECT month, status FROM accounting_months ORDER BY 1'),
    runs: await dump(
      'SELECT run_id, month, model, rules, input_hash, status, result_hash FROM royalty_runs ORDER BY 1',
    ),
    pools: await dump('SELECT * FROM royalty_pools ORDER BY 1, 2, 3, 4'),
    lines: await dump('SELECT * FROM royalty_lines ORDER BY 1, 2'),
    adjustments: await dump('SELECT * FROM royalty_adjustments ORDER BY 1'),
    accounts: await dump('SELECT ledger_account_id, kind, currency, holder_id FROM ledger_accounts ORDER BY 1'),
    transfers: await dump(
      'SELECT transfer_id, kind, status, period, posting_count, run_id, reason FROM ledger_transfers ORDER BY 1',
    ),
    postings: await dump('SELECT * FROM ledger_postings ORDER BY transfer_id, posting'),
  }
}
