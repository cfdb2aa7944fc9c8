/** Owns the test of heads that are kept in the store: the end of the chain, cut off or written anew, is named by them, and nobody takes one out. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { segueDone } from '../../cli/testing/segue-process.ts'
import { createMinioClient, type MinioClient } from '../../minio/client.ts'
import { readEnv } from '../../runtime/env.ts'
import { createPool, type Pool } from '../client.ts'
import { migratePostgres } from '../migrate.ts'
import { createTestDatabase, type TestDatabase } from '../test-database.ts'
import { type KeptHeads, keptHeadsConfig, openKeptHeads } from './kept-heads.ts'
import { tamperedWith } from './testing/tampered.ts'
import { verifyAudit } from './verify.ts'

// Of its own each time: what is in it stays for ten years.
const BUCKET = `audit-heads-${Date.now()}`

let database: TestDatabase
let admin: Pool
let env: Record<string, string>
let store: MinioClient
let kept: KeptHeads
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_kept_heads_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'kept-heads-test' })
  env = { ...inject('stackEnv'), ...database.env, SEGUE_MINIO_AUDIT_BUCKET: BUCKET }
  const config = readEnv(env, keptHeadsConfig)
  store = createMinioClient(config)
  kept = await openKeptHeads(config)
})
afterAll(async () => {
  await admin?.end()
  await database?.drop()
})

const enter = async (...names: string[]) => {
  for (const name of names)
    await admin.query('INSERT INTO rights_holders (holder_id, name) VALUES (gen_random_uuid(), $1)', [name])
}
const verify = () => segueDone(env, 'audit', 'verify')
const sequences = async () => (await kept.all()).map(({ sequence }) => Number(sequence))

/** The end after `last` is taken away, what `change` says is done, and the rest is appended by the database's own function: a chain without a flaw. */
const writtenAnew = (last: number, change: string) => `
  DO $$ DECLARE entry audit_log; BEGIN
    CREATE TEMP TABLE tail ON COMMIT DROP AS SELECT entry_id, sequence FROM audit_links WHERE sequence > ${last};
    DELETE FROM audit_links WHERE sequence > ${last};
    ${change};
    FOR entry IN SELECT a.* FROM audit_log a JOIN tail USING (entry_id) ORDER BY sequence LOOP PERFORM append_audit_link(entry); END LOOP;
  END $$`

test('each run that finds nothing keeps the head, once, and says how many heads of before the chain has', async () => {
  await enter('one', 'two', 'three')
  expect(await verify()).toMatchObject({
    code: 0,
    said: expect.stringContaining('the audit log is whole: 3 entries\n'),
  })
  expect(await verify()).toMatchObject({ code: 0, said: expect.stringContaining('it has the 1 heads of before') })
  await enter('four', 'five', 'six')
  expect(await verify()).toMatchObject({ code: 0 })
  expect(await sequences()).toEqual([3, 6])
  expect((await kept.all()).at(-1)).toMatchObject({
    hash: (await verifyAudit(admin)).head.hash,
    notedAt: expect.any(Date),
  })
})

test('an end that was written anew is named, with what still is as it was noted; no such head is kept', async () => {
  await enter('seven')
  const change = `UPDATE audit_log SET login = 'nobody' WHERE after ->> 'name' = 'five'`
  await tamperedWith(admin, writtenAnew(4, change), [], async () => {
    expect((await verifyAudit(admin)).findings).toEqual([])
    expect(await verify()).toMatchObject({
      code: 1,
      said: expect.stringMatching(
        /another-chain: link 6: link 6 was noted at \S+; it has another hash now: the chain was written anew; link 3 at \S+ is as it was noted/,
      ),
    })
  })
  expect(await sequences()).toEqual([3, 6])
})

test('an end that was cut off is named, also when other entries were appended in its place', async () => {
  await tamperedWith(admin, writtenAnew(5, 'DELETE FROM tail'), [], async () => {
    expect(await verify()).toMatchObject({
      code: 1,
      said: expect.stringMatching(/link 6 was noted at \S+; the chain ends at 5: what came after was cut off/),
    })
  })
  const other = `INSERT INTO audit_log (login, role, action, table_name, row_key, changed)
    VALUES ('segue', 'segue', 'insert', 'plans', '{}', '{}')`
  const replaced = `DELETE FROM tail; ${other}; INSERT INTO tail SELECT entry_id, 9 FROM audit_log WHERE table_name = 'plans'`
  await tamperedWith(admin, writtenAnew(5, replaced), [], async () => {
    expect(await verify()).toMatchObject({ code: 1, said: expect.stringContaining('it has another hash now') })
  })
  expect(await verify()).toMatchObject({ code: 0, said: expect.stringContaining('7 entries') })
})

test('a head cannot be taken out of the store; put out of sight, or with something else put over it, it is told all the same', async () => {
  const before = await sequences()
  expect(before).toEqual([3, 6, 7])
  for await (const { name, ...found } of store.listObjects(BUCKET, '', true, { IncludeVersion: true })) {
    const { versionId } = found as { versionId: string }
    await expect(store.removeObject(BUCKET, String(name), { versionId })).rejects.toThrow(/WORM protected|locked/i)
    await store.removeObject(BUCKET, String(name))
    await store.putObject(BUCKET, String(name), '{"sequence":"1"}')
  }
  expect(await sequences()).toEqual(before)
})

test('a bucket without a lock is not used, and a store that is away is said to be', async () => {
  await store.makeBucket(`${BUCKET}-open`)
  const open = await segueDone({ ...env, SEGUE_MINIO_AUDIT_BUCKET: `${BUCKET}-open` }, 'audit', 'verify')
  expect(open).toMatchObject({ code: 1, said: expect.stringContaining('has no lock of mode COMPLIANCE') })
  const away = await segueDone({ ...env, SEGUE_MINIO_URL: 'http://127.0.0.1:9' }, 'audit', 'verify')
  expect(away).toMatchObject({ code: 1, said: expect.stringContaining('MinIO does not answer at 127.0.0.1:9') })
})
