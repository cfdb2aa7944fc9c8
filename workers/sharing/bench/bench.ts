/** Owns the measuring of the worker's path: records in, as bytes; states, scores and offset in PostgreSQL out; all on one core. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConsumedRecord } from '../../../infra/kafka/consumer.ts'
import { createPool, inTransaction, type Pool } from '../../../infra/postgres/client.ts'
import { migratePostgres } from '../../../infra/postgres/migrate.ts'
import { createTestDatabase } from '../../../infra/postgres/test-database.ts'
import { cacheFolder } from '../../../infra/stack/folders.ts'
import { freePorts } from '../../../infra/stack/ports.ts'
import { silentScreen } from '../../../infra/stack/screen.ts'
import { startStack } from '../../../infra/stack/stack.ts'
import { encodeRecord } from '../../../protocol/events/record-codec.ts'
import { lockOffset } from '../../offset-book.ts'
import type { PlayEvent } from '../detector/play-event.ts'
import { USUAL_RULES } from '../detector/rules.ts'
import { PartitionWatch } from '../live/partition-watch.ts'
import { readBatch } from '../live/read-batch.ts'
import { ordinaryHabits } from '../testing/habits.ts'
import { recordOf } from '../testing/records-of.ts'
import { makeTrace } from '../testing/trace.ts'

export interface BenchOptions {
  readonly seed: number
  readonly accounts: number
  readonly events: number
  /** A checkpoint after so many events. */
  readonly checkpointEvery: number
  readonly onProgress: (events: number) => void
}

export interface BenchResult {
  readonly events: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly checkpoints: number
  readonly states: number
  readonly stateBytes: number
}

/** Households that are made up anew; the others are copies under names of their own. */
const DIFFERENT = 200
const BATCH = 2_000
const DAY_MS = 86_400_000
const AT = { group: 'bench', topic: 'bench', partition: 0 }
const DATABASE = 'segue_sharing_bench'

/** In a stack of its own, unless `SEGUE_POSTGRES_URL` names a server: there in a database of its own. */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const given = process.env.SEGUE_POSTGRES_URL
  if (given !== undefined && given !== '') return await inDatabase(process.env, options)
  const dataDir = await mkdtemp(join(tmpdir(), 'segue-bench-'))
  const stack = await startStack({
    dataDir,
    cacheDir: cacheFolder(process.env),
    ports: await freePorts(),
    source: { SEGUE_LOG_LEVEL: 'warn' },
    parts: 'servers',
    screen: silentScreen,
    onDeath: ({ title }) => console.error(`${title} ended by itself`),
  })
  try {
    return await inDatabase(stack.env, options)
  } finally {
    await stack.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function inDatabase(env: NodeJS.ProcessEnv, options: BenchOptions): Promise<BenchResult> {
  const database = await createTestDatabase(env, DATABASE)
  await migratePostgres(database.url)
  const pool = createPool(database.url, { applicationName: 'segue-bench', queryTimeoutMs: 60_000 })
  try {
    return await measure(pool, options)
  } finally {
    await pool.end()
    await database.drop()
  }
}

async function measure(
  pool: Pool,
  { seed, accounts, events, checkpointEvery, onProgress }: BenchOptions,
): Promise<BenchResult> {
  const { events: all } = makeTrace(seed, DIFFERENT, ordinaryHabits)
  const lastDayMs = (all.at(-1)?.atMs ?? 0) - DAY_MS
  const copies = Math.ceil(accounts / DIFFERENT)
  await rememberFourWeeks(
    pool,
    all.filter(({ atMs }) => atMs < lastDayMs),
    copies,
  )

  const savedTo = await inTransaction(pool, (client) => lockOffset(client, AT))
  const watch = new PartitionWatch({
    pool,
    at: AT,
    savedTo,
    caseFrom: 0.5,
    rules: USUAL_RULES,
    accountsInMemory: accounts,
  })
  const day = all.filter(({ atMs }) => atMs >= lastDayMs)
  const used = { events: 0, seconds: 0, cpuSeconds: 0, checkpoints: 0, states: 0 }
  const meter = async (work: () => Promise<void>) => {
    const [started, cpu] = [performance.now(), process.cpuUsage()]
    await work()
    const { user, system } = process.cpuUsage(cpu)
    used.seconds += (performance.now() - started) / 1_000
    used.cpuSeconds += (user + system) / 1e6
  }
  const save = () =>
    meter(async () => {
      used.states += (await watch.save()).states
      used.checkpoints += 1
    })

  let sinceSaved = 0
  for (const records of batchesOf(day, copies, savedTo)) {
    if (used.events >= events) break
    const last = records.at(-1)
    if (last === undefined) break
    await meter(async () => {
      const read = readBatch(records, watch.readTo)
      await watch.fetch(read.accounts)
      watch.take(read.events, last.offset + 1n, 0)
    })
    used.events += records.length
    sinceSaved += records.length
    onProgress(used.events)
    if (sinceSaved < checkpointEvery) continue
    await save()
    sinceSaved = 0
  }
  if (sinceSaved > 0) await save()
  const { rows } = await pool.query<{ bytes: number }>('SELECT avg(length(state))::float8 AS bytes FROM sharing_states')
  return { ...used, stateBytes: rows[0]?.bytes ?? 0 }
}

/** What the worker would know by now: not measured. */
async function rememberFourWeeks(pool: Pool, events: readonly PlayEvent[], copies: number): Promise<void> {
  for (let copy = 0; copy < copies; copy += 1) {
    const at = { ...AT, partition: copy + 1 }
    const savedTo = await inTransaction(pool, (client) => lockOffset(client, at))
    if (copy === 0) {
      const watch = new PartitionWatch({
        pool,
        at,
        savedTo,
        caseFrom: 0.5,
        rules: USUAL_RULES,
        accountsInMemory: DIFFERENT,
      })
      for (let from = 0; from < events.length; from += BATCH) {
        const slice = events.slice(from, from + BATCH).map((event) => named(event, 0))
        const read = readBatch(recordsOf(slice, BigInt(from)), 0n)
        watch.take(read.events, BigInt(from + slice.length), 0)
      }
      await watch.save()
    } else
      await pool.query(
        `INSERT INTO sharing_states (account, partition, version, state, aged_until)
         SELECT account || $1, partition, version, state, aged_until FROM sharing_states WHERE account LIKE '%~0'`,
        [`~${copy}`],
      )
  }
}

const named = (event: PlayEvent, copy: number): PlayEvent => ({
  ...event,
  account: copy === 0 ? `${event.account}~0` : `${event.account}~0~${copy}`,
})

/** All copies side by side, as time goes. */
function* batchesOf(day: readonly PlayEvent[], copies: number, from: bigint): Generator<ConsumedRecord[]> {
  let offset = from
  let batch: PlayEvent[] = []
  for (const event of day)
    for (let copy = 0; copy < copies; copy += 1) {
      batch.push(named(event, copy))
      if (batch.length < BATCH) continue
      yield recordsOf(batch, offset)
      offset += BigInt(batch.length)
      batch = []
    }
  yield recordsOf(batch, offset)
}

function recordsOf(events: readonly PlayEvent[], from: bigint): ConsumedRecord[] {
  return events.map((event, index) => ({
    offset: from + BigInt(index),
    key: null,
    value: Buffer.from(encodeRecord(recordOf(event))),
    headers: {},
  }))
}
