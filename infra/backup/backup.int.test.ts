/** Owns the restore drill: a month that was closed is backed up, restored onto servers that were just started, and counted there; what was damaged is refused before anything is written. */

import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { uuidv7 } from '../../protocol/ids.ts'
import { worldStreams } from '../../workers/royalties/testing/close-world.ts'
import { createWorld, endWorld, MONTH, STREAMS, type World } from '../../workers/royalties/testing/closing-world.ts'
import { hearStreams } from '../../workers/royalties/testing/heard-streams.ts'
import { royalties } from '../../workers/royalties/testing/royalties-process.ts'
import { segueDone } from '../cli/testing/segue-process.ts'
import { type ClickHouseClient, createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'
import { migrateClickHouse } from '../clickhouse/migrate.ts'
import { dateTimeText } from '../clickhouse/playback-rows.ts'
import { rollUp } from '../clickhouse/rollups/roll-up.ts'
import { SILENT_EVENT } from '../clickhouse/testing/silent-event.ts'
import { ensureBucket } from '../minio/bucket.ts'
import { createMinioClient } from '../minio/client.ts'
import { minioConfig } from '../minio/config.ts'
import { masterKeysConfig } from '../personal/config.ts'
import { createListenerVault } from '../personal/listener-vault.ts'
import { createLocalMasterKeys } from '../personal/local-master-keys.ts'
import { verifyAudit } from '../postgres/audit/verify.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { speakAs } from '../postgres/speak-as.ts'
import { ADA, BEN, insertTwoListeners } from '../postgres/testing/two-listeners.ts'
import { readEnv } from '../runtime/env.ts'
import { startOwnStack } from '../stack/own-stack.ts'
import { StackProblem } from '../stack/problem.ts'
import type { Stack } from '../stack/stack.ts'
import { serversConfig } from './backup-command.ts'
import { clickhouseTables, isState } from './clickhouse-out.ts'
import { backupKeysConfig } from './config.ts'
import { folderPlace } from './folder-place.ts'
import { tableShapes } from './postgres-out.ts'
import { restoreBackup } from './restore-backup.ts'

const stack = inject('stackEnv')
const DATABASE = 'segue_backup_test'
const CHUNK = Buffer.alloc(300_000, 'audio')

/** Its rows are numbered by the table. */
const MARK = `
  INSERT INTO sharing_case_history (account, at, kind, mark, marked_by, note) VALUES ($1, now(), 'mark', 'right', 'noor', '')`

let world: World
let folder: string
let env: Record<string, string>
let empty: Stack
let emptyEnv: Record<string, string>

const clickhouseOf = (of: Record<string, string>) => createClickHouse(readEnv(of, clickhouseConfig))
const vaultOf = (of: Record<string, string>) =>
  createListenerVault(createLocalMasterKeys(readEnv(of, (read) => masterKeysConfig(read))))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segue-backup-'))
  world = await createWorld(stack, 'segue_backup')
  const url = new URL(stack.SEGUE_CLICKHOUSE_URL ?? '')
  url.pathname = `/${DATABASE}`
  env = {
    ...stack,
    ...(world.env as Record<string, string>),
    SEGUE_CLICKHOUSE_URL: url.href,
    SEGUE_MINIO_BUCKET: 'segue-backup-audio',
    SEGUE_BACKUP_TO: folder,
  }
  await migrateClickHouse(readEnv(env, clickhouseConfig))
  const clickhouse = clickhouseOf(env)
  await hearStreams(clickhouse, worldStreams(MONTH, STREAMS))
  await hearOfListeners(clickhouse)
  await rollUp(clickhouse, { nowMs: Date.now() + 60_000, closeAfterMs: 3_600_000 })
  await clickhouse.close()
  const { code, stderr } = await royalties(env, ['close', MONTH])
  expect(code, stderr).toBe(0)
  await insertTwoListeners(world.admin)
  for (const [{ userId }, display_name] of [
    [ADA, 'Ada Kestrel'],
    [BEN, 'Ben Heron'],
  ] as const)
    await speakAs(world.admin, { role: 'billing' }, (client) => vaultOf(env).write(client, userId, { display_name }))
  await world.admin.query(
    `INSERT INTO sharing_cases (account, score, highest_score, evidence, plan, detector_version, first_seen, last_seen)
     VALUES ($1, 0.9, 0.9, '{}', 'individual', 1, now(), now())`,
    [ADA.account],
  )
  await world.admin.query(MARK, [ADA.account])
  const audio = readEnv(env, (read) => minioConfig(read, 'admin'))
  await ensureBucket(createMinioClient(audio), audio)
  await createMinioClient(audio).putObject(audio.bucket, 'audio/one/96/00000.m4s', CHUNK, CHUNK.length, {
    'Content-Type': 'audio/mp4',
  })
  // The systems that are backed up, as they are on the first day; the others are not asked.
  const { SEGUE_REDIS_URL, SEGUE_ISSUER_URL } = stack
  const kafka = Object.fromEntries(Object.entries(stack).filter(([name]) => name.startsWith('SEGUE_KAFKA_')))
  empty = await startOwnStack({
    source: { SEGUE_LOG_LEVEL: 'warn', SEGUE_REDIS_URL, SEGUE_ISSUER_URL, ...kafka },
    parts: 'servers',
  })
  const { SEGUE_BACKUP_KEYS, SEGUE_MASTER_KEYS } = env
  emptyEnv = { ...empty.env, SEGUE_BACKUP_KEYS: SEGUE_BACKUP_KEYS ?? '', SEGUE_MASTER_KEYS: SEGUE_MASTER_KEYS ?? '' }
})
afterAll(async () => {
  await empty?.stop()
  if (env !== undefined) {
    const clickhouse = clickhouseOf(env)
    await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${DATABASE} SYNC` })
    await clickhouse.close()
  }
  await endWorld(world)
  await rm(folder, { recursive: true, force: true })
})

/** Telemetry of both, with words that JSON has to escape. */
async function hearOfListeners(clickhouse: ClickHouseClient): Promise<void> {
  const now = Date.now()
  const values = [ADA, BEN].map(({ account }, n) => ({
    ...SILENT_EVENT,
    account_id: account,
    seq: 1,
    session_id: uuidv7(now + n),
    stream_id: uuidv7(now + n),
    device_id: 'device',
    device_kind: 'web',
    plan: 'free',
    country: 'DE',
    event_id: uuidv7(now + n),
    kind: 'failed',
    event_time: dateTimeText(now - 60_000),
    server_time: dateTimeText(now - 60_000),
    reason: 'a "quote", a \\ and\na line; ü \u0001',
  }))
  await clickhouse.insert({ table: 'playback_events', values, format: 'JSONEachRow' })
}

const backup = (of: Record<string, string>, ...words: string[]) => segueDone(of, 'backup', ...words)

/** Of each table how many rows there are, and a hash over all of them, but for the moment at which one was erased. */
async function postgresSums(pool: Pool): Promise<Record<string, unknown>> {
  const client = await pool.connect()
  const sums: Record<string, unknown> = {}
  try {
    await client.query(`SET timezone = 'UTC'`)
    for (const { name } of await tableShapes(client)) {
      const { rows } = await client.query(
        `SELECT count(*)::int AS n, md5(string_agg(row, E'\\n' ORDER BY row)) AS sum
           FROM (SELECT (to_jsonb(t) - 'closed_at' - 'deleted_at')::text AS row FROM ${name} t) AS rows`,
      )
      sums[name] = rows[0]
    }
  } finally {
    client.release()
  }
  return sums
}

/** A state by what it comes to: how it lies in memory depends on the order in which it was made. */
async function clickhouseSums(client: ClickHouseClient): Promise<Record<string, string>> {
  const sums: Record<string, string> = {}
  for (const { name, columns } of await clickhouseTables(client)) {
    const told = columns.map((column) => (isState(column) ? `finalizeAggregation(${column.name})` : column.name))
    const answer = await client.query({
      query: `SELECT count() AS n, sum(cityHash64(toString(tuple(${told.join(', ')})))) AS sum FROM ${name}`,
      format: 'TabSeparated',
    })
    sums[name] = await answer.text()
  }
  return sums
}

async function onServers<T>(
  of: Record<string, string>,
  work: (pool: Pool, clickhouse: ClickHouseClient) => Promise<T>,
) {
  const pool = createPool(readEnv(of, (read) => postgresConfig(read, 'admin')).url, { applicationName: 'backup-test' })
  const clickhouse = clickhouseOf(of)
  try {
    return await work(pool, clickhouse)
  } finally {
    await clickhouse.close()
    await pool.end()
  }
}

test('a backup is taken while the servers work, and nothing in it can be read', async () => {
  const { code, said } = await backup(env, 'create')
  expect(said).toMatch(/PostgreSQL: \d+ rows of \d+ tables/)
  expect([code, said]).toEqual([0, expect.stringMatching(/MinIO: \d\d+ objects, [1-9\d]*\d\.\d MB/)])
  expect((await backup(env, 'verify')).said).toContain('all as they were written')
  for (const path of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!path.isFile()) continue
    const bytes = await readFile(join(path.parentPath, path.name))
    expect([path.name, bytes.includes('acct-'), bytes.includes(CHUNK.subarray(0, 30))]).toEqual([
      path.name,
      false,
      false,
    ])
  }
})

test('one that fails leaves nothing of itself', async () => {
  const place = folderPlace(folder)
  const before = await place.list('')
  const { code, said } = await backup({ ...env, SEGUE_MINIO_BUCKET: 'no-such-bucket' }, 'create')
  // It failed in the last of the three systems.
  expect([code, said]).toEqual([1, expect.stringMatching(/ClickHouse: \d+ rows/)])
  expect(await place.list('')).toEqual(before)
})

test('what is damaged, of another key or of another backup is refused by name, and nothing is written', async () => {
  const [id = ''] = (await readdir(folder)).filter((name) => name.endsWith('Z'))
  const attempt = async (spoil: (copy: string) => Promise<void>, keys = emptyEnv.SEGUE_BACKUP_KEYS) => {
    const copy = await mkdtemp(join(tmpdir(), 'segue-backup-'))
    try {
      await cp(folder, copy, { recursive: true })
      await spoil(copy)
      const masterKeys = createLocalMasterKeys(readEnv({ SEGUE_BACKUP_KEYS: keys }, backupKeysConfig))
      const target = { place: folderPlace(copy), masterKeys, say: () => undefined }
      await restoreBackup({ env: emptyEnv, ...readEnv(emptyEnv, (read) => serversConfig(read, 'admin')) }, target, id)
      return 'it was restored'
    } catch (error) {
      return error instanceof StackProblem ? error.message : error
    } finally {
      await rm(copy, { recursive: true, force: true })
    }
  }
  const streams = (copy: string) => join(copy, id, 'postgres', 'royalty_streams.gz.age')
  const unchanged = async () => undefined
  expect(await attempt((copy) => rm(streams(copy)))).toMatch(/royalty_streams\.gz\.age is missing/)
  expect(await attempt(async (copy) => truncate(streams(copy), (await readFile(streams(copy))).length - 20))).toMatch(
    /royalty_streams\.gz\.age has \d+ bytes, and had \d+/,
  )
  expect(
    await attempt(async (copy) => {
      const bytes = await readFile(streams(copy))
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
      await writeFile(streams(copy), bytes)
    }),
  ).toMatch(/royalty_streams\.gz\.age was altered/)
  expect(await attempt((copy) => rm(join(copy, id, 'manifest.json')))).toMatch(/there is no backup .*segue backup list/)
  expect(await attempt((copy) => rm(join(copy, 'erasures.json')))).toMatch(/there is no list of erasures/)
  expect(await attempt(unchanged, `first=${'x'.repeat(32)}`)).toMatch(/not wrapped by the master key first/)
  expect(await attempt(unchanged, `second=${'x'.repeat(32)}`)).toMatch(
    /no master key first: give it in SEGUE_BACKUP_KEYS/,
  )
})

test('on empty servers all is there again, whoever was erased since is not, and the cross-check is clean', async () => {
  // After the backup: it has him still, and must not bring him back.
  const erased = await segueDone(env, 'erase', BEN.account, '--for-good')
  expect(erased.said).toContain('noted beside the backups')
  const { code, said } = await backup(emptyEnv, 'restore', '--from', folder)
  expect([code, said]).toEqual([0, expect.stringContaining('erased again: 1')])

  await onServers(emptyEnv, async (pool, clickhouse) => {
    // What was noted of the erasure itself is of either server.
    const own = { audit_log: undefined, audit_links: undefined, erasures: undefined }
    expect({ ...(await postgresSums(pool)), ...own }).toEqual({ ...(await postgresSums(world.admin)), ...own })
    const sums = await clickhouseSums(clickhouse)
    expect(sums).toEqual(await onServers(env, (_, before) => clickhouseSums(before)))
    expect(
      Object.entries(sums)
        .filter(([, sum]) => !sum.startsWith('0\t'))
        .map(([name]) => name),
    ).toEqual(expect.arrayContaining(['streams', 'playback_events', 'touched_minutes', 'playback_days', 'track_hours']))
    const names = (userId: string) =>
      speakAs(pool, { role: 'billing' }, (client) => vaultOf(emptyEnv).read(client, userId))
    expect(await names(ADA.userId)).toEqual({ display_name: 'Ada Kestrel' })
    expect(await names(BEN.userId)).toBeUndefined()
    expect((await verifyAudit(pool)).findings).toEqual([])
    expect(await alwaysFiring(pool)).toEqual(await alwaysFiring(world.admin))
    // Numbers go on where they were.
    await pool.query(MARK, [ADA.account])
  })
  const audio = readEnv(emptyEnv, (read) => minioConfig(read, 'admin'))
  const chunk = await createMinioClient(audio).statObject(audio.bucket, 'audio/one/96/00000.m4s')
  expect(chunk).toMatchObject({ size: CHUNK.length, metaData: { 'content-type': 'audio/mp4' } })
  const checked = await royalties(emptyEnv, ['cross-check', MONTH])
  expect(checked.code, checked.stderr).toBe(0)
  expect(checked.answer).toMatchObject({ status: 'agree', findings: [] })

  expect(await backup(emptyEnv, 'restore', '--from', folder)).toEqual({
    code: 1,
    said: expect.stringMatching(
      /the servers are not empty: PostgreSQL has rows in .*ClickHouse has rows in .*MinIO has objects in /,
    ),
  })
})

async function alwaysFiring(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgenabled = 'A' ORDER BY 1, 2`,
  )
  return rows
}
