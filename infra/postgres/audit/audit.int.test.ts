/** Owns the test of the audit log's chain on the real server: written by whoever writes, at once by many; what a superuser does to it is named. */

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { segueDone } from '../../cli/testing/segue-process.ts'
import { readEnv } from '../../runtime/env.ts'
import { createPool, inTransaction, type Pool, type PoolClient } from '../client.ts'
import { postgresConfig } from '../config.ts'
import { migratePostgres } from '../migrate.ts'
import { takeStep } from '../partitions/tend-partitions.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { tamperedWith } from './testing/tampered.ts'
import { verifyAudit } from './verify.ts'

const WRITERS = 8
const EACH = 25

let database: TestDatabase
let admin: Pool
let finance: Pool
let maintenance: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_audit_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'audit-test' })
  const { url } = readEnv(database.env, (read) => postgresConfig(read, 'finance'))
  finance = createPool(url, { applicationName: 'audit-test', maxConnections: WRITERS, idleInTransactionMs: 120_000 })
  maintenance = createPool(readEnv(database.env, (read) => postgresConfig(read, 'maintenance')).url, {
    applicationName: 'audit-test',
  })
})
afterAll(async () => {
  await maintenance?.end()
  await finance?.end()
  await admin?.end()
  await database?.drop()
})

const segue = (...words: string[]) => segueDone({ ...inject('stackEnv'), ...database.env }, ...words)

const enterHolder = (client: Pick<PoolClient, 'query'>, name: string) =>
  client.query('INSERT INTO rights_holders (holder_id, name) VALUES (gen_random_uuid(), $1)', [name])

interface Place {
  readonly sequence: string
  readonly entry_id: string
}
const placeOf = async (name: string): Promise<Place> => {
  const found = await admin.query<Place>(
    `SELECT l.sequence, l.entry_id FROM audit_links l JOIN audit_log a USING (entry_id) WHERE a.after ->> 'name' = $1`,
    [name],
  )
  const [place] = found.rows
  if (place === undefined) throw new Error(`no entry about ${name}`)
  return place
}

const tampered = (sql: string, params: readonly unknown[], look: (pool: Pool) => Promise<void>) =>
  tamperedWith(admin, sql, params, () => look(finance))

test('many that write at once make one chain without a gap, and none waits for a transaction that is open', async () => {
  const open = await finance.connect()
  await open.query('BEGIN')
  await enterHolder(open, 'open for long')
  await Promise.all(
    Array.from({ length: WRITERS - 1 }, async (_, writer) => {
      for (let n = 0; n < EACH; n += 1) {
        await inTransaction(finance, async (client) => {
          await enterHolder(client, `w${writer} n${n} ö`)
          await enterHolder(client, `w${writer} n${n}, again`)
        })
      }
    }),
  )
  await open.query('COMMIT')
  open.release()
  const { findings, head, retired } = await verifyAudit(finance)
  expect(findings).toEqual([])
  expect(head.sequence).toBe(BigInt((WRITERS - 1) * EACH * 2 + 1))
  expect(retired).toBe(0)
  // In the order of commits: what was open all the time comes last.
  expect((await placeOf('open for long')).sequence).toBe(head.sequence.toString())
})

test('what is rolled back leaves neither an entry nor a link', async () => {
  const before = (await verifyAudit(finance)).head
  const given = inTransaction(finance, async (client) => {
    await enterHolder(client, 'rolled back')
    throw new Error('given up')
  })
  await expect(given).rejects.toThrow('given up')
  expect(await verifyAudit(finance)).toEqual({ findings: [], head: before, retired: 0 })
})

test('no service writes the chain; the owner and whoever replays a replica are refused to change it', async () => {
  await expect(finance.query('DELETE FROM audit_links')).rejects.toMatchObject({ code: '42501' })
  await expect(finance.query(`SELECT append_audit_link(a) FROM audit_log a`)).rejects.toMatchObject({ code: '42501' })
  for (const sql of [
    'DELETE FROM audit_links',
    `UPDATE audit_links SET digest = hash`,
    'TRUNCATE audit_links',
    'TRUNCATE audit_log',
  ]) {
    await expect(admin.query(sql)).rejects.toThrow('is only ever added to')
  }
  const replayed = inTransaction(admin, async (client) => {
    await client.query('SET LOCAL session_replication_role = replica')
    await client.query('DELETE FROM audit_links')
  })
  await expect(replayed).rejects.toThrow('is only ever added to')
})

describe('what a superuser did is named:', () => {
  const NAME = 'w1 n3 ö'
  const named = async (sql: string, params: readonly unknown[], expected: readonly object[]) =>
    await tampered(sql, [...params], async (pool) => {
      expect((await verifyAudit(pool)).findings).toMatchObject(expected)
    })

  test('an entry altered, in any column', async () => {
    const { entry_id: entryId, sequence } = await placeOf(NAME)
    const altered = [{ flaw: 'altered', entryId, sequence: BigInt(sequence) }]
    for (const change of [
      `login = 'nobody'`,
      `user_id = gen_random_uuid()`,
      `before = '{}'`,
      `after = after || '{"name": "another"}'`,
      `changed = '{holder_id}'`,
      `at = at + interval '1 microsecond'`,
    ]) {
      await named(`UPDATE audit_log SET ${change} WHERE entry_id = $1`, [entryId], altered)
    }
  })

  test('an entry deleted, alone or with its link', async () => {
    const { entry_id: entryId, sequence } = await placeOf(NAME)
    const link = BigInt(sequence)
    await named('DELETE FROM audit_log WHERE entry_id = $1', [entryId], [{ flaw: 'missing', entryId, sequence: link }])
    await named(
      'WITH gone AS (DELETE FROM audit_links WHERE entry_id = $1) DELETE FROM audit_log WHERE entry_id = $1',
      [entryId],
      [{ flaw: 'missing', sequence: link, says: `link ${link} is missing: 1 entries were taken out` }],
    )
  })

  test('two entries that swapped what they say', async () => {
    const [one, two] = [await placeOf(NAME), await placeOf('w1 n3, again')]
    await tampered(
      `UPDATE audit_log a SET row_key = b.row_key, after = b.after FROM audit_log b
        WHERE a.entry_id = ANY ($1) AND b.entry_id = ANY ($1) AND a.entry_id <> b.entry_id`,
      [[one.entry_id, two.entry_id]],
      async (pool) => {
        const { findings } = await verifyAudit(pool)
        expect(findings.map(({ flaw, entryId }) => `${flaw} ${entryId}`).sort()).toEqual(
          [one, two].map(({ entry_id }) => `altered ${entry_id}`).sort(),
        )
      },
    )
  })

  test('an entry put in past the trigger', async () => {
    await named(
      `INSERT INTO audit_log (entry_id, login, role, action, table_name, row_key, changed)
       VALUES ('019a0000-0000-4000-8000-00000000beef', 'segue', 'segue', 'delete', 'contracts', '{}', '{}')`,
      [],
      [{ flaw: 'inserted', entryId: '019a0000-0000-4000-8000-00000000beef' }],
    )
  })

  test('the end cut off, by a head that was noted; the command says all of it, and ends with 1', async () => {
    const whole = await segue('audit', 'verify', '--without-store')
    const head = /head (\S+)/.exec(whole.said)?.[1] ?? ''
    expect(whole).toMatchObject({ code: 0, said: expect.stringContaining('the audit log is whole') })
    expect(await segue('audit', 'verify', '--without-store', '--head', head)).toMatchObject({ code: 0 })
    const { entry_id: entryId } = await placeOf(NAME)
    await tampered(`UPDATE audit_log SET login = 'nobody' WHERE entry_id = $1`, [entryId], async () => {
      const told = await segue('audit', 'verify', '--without-store')
      expect(told).toMatchObject({ code: 1, said: expect.stringContaining(`entry ${entryId}: the entry was altered`) })
      expect(told.said).toContain('by nobody')
    })
    await tampered(
      `WITH gone AS (DELETE FROM audit_links WHERE sequence > 300 RETURNING entry_id)
       DELETE FROM audit_log WHERE entry_id IN (SELECT entry_id FROM gone)`,
      [],
      async (pool) => {
        expect((await verifyAudit(pool)).findings).toEqual([])
        const told = await segue('audit', 'verify', '--without-store', '--head', head)
        expect(told).toMatchObject({ code: 1, said: expect.stringContaining('the chain ends at 300') })
      },
    )
    expect(await segue('audit', 'verify', '--head', 'x')).toMatchObject({ code: 1 })
  })
})

test('who retires months cannot take those out that are still to be kept, and the chain stays whole', async () => {
  const { rows } = await admin.query<{ month: string }>(
    `SELECT replace(right(inhrelid::regclass::text, 7), '_', '-') AS month FROM pg_inherits WHERE inhparent = 'audit_log'::regclass`,
  )
  const before = await verifyAudit(finance)
  for (const { month } of rows) {
    const retired = takeStep(maintenance, { kind: 'retire', table: 'audit_log', month })
    await expect(retired).rejects.toThrow(/has not ended|is kept for 120 months/)
  }
  expect(await verifyAudit(finance)).toEqual(before)
  expect(before.findings).toEqual([])
})

test('a month that is retired is told by an entry, and its links stay as the anchor; one that was dropped by hand is named', async () => {
  const old = (months: number) => {
    const now = new Date()
    return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1, 12))
  }
  const monthOf = (date: Date) => date.toISOString().slice(0, 7)
  // As if the server had been there: its clock is what `at` comes from.
  const enterAt = (date: Date) =>
    admin.query(
      `INSERT INTO audit_log (at, login, role, action, table_name, row_key, changed) VALUES ($1, 'segue', 'segue', 'insert', 'plans', '{}', '{}')`,
      [date],
    )
  for (const months of [130, 129]) {
    await takeStep(admin, { kind: 'make', table: 'audit_log', month: monthOf(old(months)) })
    for (let n = 0; n < 3; n += 1) await enterAt(new Date(old(months).getTime() + n))
  }
  await enterHolder(finance, 'after them')
  const before = (await verifyAudit(finance)).head
  await takeStep(admin, { kind: 'retire', table: 'audit_log', month: monthOf(old(130)) })
  expect(await verifyAudit(finance)).toMatchObject({
    findings: [],
    retired: 3,
    head: { sequence: before.sequence + 1n },
  })
  const told = await admin.query(`SELECT table_name, row_key, login FROM audit_log WHERE action = 'retire'`)
  expect(told.rows).toEqual([{ table_name: 'audit_log', row_key: { month: monthOf(old(130)) }, login: 'segue' }])

  await admin.query(`DROP TABLE audit_log_${monthOf(old(129)).replace('-', '_')}`)
  const { findings, retired } = await verifyAudit(finance)
  expect(findings.map(({ flaw, says }) => `${flaw}: ${says}`)).toEqual(Array(3).fill('missing: the entry was deleted'))
  expect(retired).toBe(3)

  // Too young to go: an entry that says so excuses nothing, not even for those that went before it.
  const young = monthOf(old(12))
  await takeStep(admin, { kind: 'make', table: 'audit_log', month: young })
  await enterAt(old(12))
  await expect(takeStep(admin, { kind: 'retire', table: 'audit_log', month: young })).rejects.toThrow('is kept for 120')
  await admin.query(`DROP TABLE audit_log_${young.replace('-', '_')}`)
  await admin.query(
    `INSERT INTO audit_log (login, role, action, table_name, row_key, changed)
     VALUES ('segue', 'segue', 'retire', 'audit_log', jsonb_build_object('month', $1::text), '{}')`,
    [young],
  )
  const after = await verifyAudit(finance)
  expect(after.findings.map(({ flaw }) => flaw)).toEqual(Array(4).fill('missing'))
  expect(after.retired).toBe(3)
})
