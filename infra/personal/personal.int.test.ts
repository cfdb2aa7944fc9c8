/** Owns the test of personal fields on the real server: sealed for their row, one key a listener, and master keys that are rotated while some are read. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { segueDone } from '../cli/testing/segue-process.ts'
import { createPool, type Pool, type PoolClient } from '../postgres/client.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { speakAs } from '../postgres/speak-as.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { ADA, BEN, insertTwoListeners } from '../postgres/testing/two-listeners.ts'
import { readEnv } from '../runtime/env.ts'
import { masterKeysConfig } from './config.ts'
import { createListenerVault } from './listener-vault.ts'
import { createLocalMasterKeys } from './local-master-keys.ts'
import type { MasterKeys } from './master-keys.ts'
import { addPaymentMethod, readPaymentMethods } from './payment-details.ts'
import type { PersonalFields } from './personal-fields.ts'
import { countByMasterKey, rewrapKeys } from './rewrap.ts'

const FIRST = `first=${'1'.repeat(32)}`
const SECOND = `second=${'2'.repeat(32)}`
const keysOf = (...keys: string[]) =>
  createLocalMasterKeys(readEnv({ SEGUE_MASTER_KEYS: keys.join(',') }, (read) => masterKeysConfig(read)))
/** More than two pages of the rotation. */
const LISTENERS = 1_100

let database: TestDatabase
let admin: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_personal_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'personal-test', queryTimeoutMs: 60_000 })
  await insertTwoListeners(admin)
})
afterAll(async () => {
  await admin?.end()
  await database?.drop()
})

const write = (userId: string, fields: PersonalFields, keys = keysOf(FIRST)) =>
  speakAs(admin, { role: 'billing' }, (client) => createListenerVault(keys).write(client, userId, fields))
const read = (userId: string, keys = keysOf(FIRST)) =>
  speakAs(admin, { role: 'billing' }, (client) => createListenerVault(keys).read(client, userId))

const segue = (masterKeys: string, ...words: string[]) =>
  segueDone({ ...inject('stackEnv'), ...database.env, SEGUE_MASTER_KEYS: masterKeys }, ...words)

test('what names a listener is read again, and one field is changed without the other', async () => {
  expect(await read(ADA.userId)).toBeUndefined()
  await write(ADA.userId, { display_name: 'Ada Brandt-満潮', email: 'ada@example.com' })
  await write(ADA.userId, { email: 'brandt@example.com' })
  expect(await read(ADA.userId)).toEqual({ display_name: 'Ada Brandt-満潮', email: 'brandt@example.com' })
  await expect(write(ADA.userId, { display_name: '' })).rejects.toThrow('from 1 to 200 characters')
})

test('the database has neither the text nor the key, and the audit log says who changed it, not what', async () => {
  const { rows } = await admin.query(
    `SELECT (SELECT string_agg(p::text || encode(p.sealed, 'escape'), '') FROM personal_fields p)
         || (SELECT string_agg(a::text, '') FROM audit_log a WHERE table_name IN ('personal_fields', 'listener_keys')) AS all`,
  )
  expect(rows[0].all).not.toMatch(/Brandt|example/)
  expect(rows[0].all).toContain('personal_fields')
})

test('a sealed field in the row of another listener, or in another field, does not open', async () => {
  await write(BEN.userId, { display_name: 'Ben', email: 'ben@example.com' })
  const moved = async (sql: string) => {
    await admin.query(`CREATE TABLE kept AS TABLE personal_fields; ${sql}`)
    await expect(read(BEN.userId)).rejects.toThrow('unable to authenticate')
    await admin.query(`UPDATE personal_fields p SET sealed = k.sealed FROM kept k WHERE (p.user_id, p.field) = (k.user_id, k.field);
                       DROP TABLE kept`)
  }
  await moved(`UPDATE personal_fields p SET sealed = k.sealed FROM kept k
                WHERE p.user_id = '${BEN.userId}' AND k.user_id = '${ADA.userId}' AND p.field = k.field`)
  await moved(`UPDATE personal_fields p SET sealed = k.sealed FROM kept k
                WHERE p.user_id = '${BEN.userId}' AND k.user_id = p.user_id AND p.field <> k.field`)
  await admin.query(`CREATE TABLE kept AS TABLE listener_keys;
    UPDATE listener_keys l SET wrapped = k.wrapped FROM kept k WHERE l.user_id = '${BEN.userId}' AND k.user_id = '${ADA.userId}'`)
  await expect(read(BEN.userId)).rejects.toMatchObject({ flaw: 'not-wrapped-by-it' })
  await admin.query(
    'UPDATE listener_keys l SET wrapped = k.wrapped FROM kept k WHERE k.user_id = l.user_id; DROP TABLE kept',
  )
  expect(await read(BEN.userId)).toEqual({ display_name: 'Ben', email: 'ben@example.com' })
})

test('what a listener pays by is sealed in its row, and opens in no other; a card number is refused', async () => {
  const vault = createListenerVault(keysOf(FIRST))
  const method = (methodId: string, token: string) => ({
    methodId,
    userId: ADA.userId,
    provider: 'demopay',
    kind: 'card' as const,
    token,
    lastFour: '4242',
  })
  const [one, other] = [crypto.randomUUID(), crypto.randomUUID()]
  const billing = <T>(work: (client: PoolClient) => Promise<T>) => speakAs(admin, { role: 'billing' }, work)
  await billing(async (client) => {
    await addPaymentMethod(client, vault, method(one, 'tok_of_one_7f3a'))
    await addPaymentMethod(client, vault, method(other, 'tok_of_other_7f3a'))
  })
  const methods = await billing((client) => readPaymentMethods(client, vault, ADA.userId))
  expect(methods).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ method_id: one, token: 'tok_of_one_7f3a', lastFour: '4242' }),
      expect.objectContaining({ method_id: other, token: 'tok_of_other_7f3a' }),
    ]),
  )
  const { rows } = await admin.query(
    `SELECT string_agg(m::text || coalesce(encode(m.sealed, 'escape'), ''), '') AS all FROM payment_methods m`,
  )
  expect(rows[0].all).toContain('demopay')
  expect(rows[0].all).not.toContain('7f3a')
  for (const token of ['4242 4242 4242 4242', 'tok_4242424242424242', 'short']) {
    const added = billing((client) => addPaymentMethod(client, vault, method(crypto.randomUUID(), token)))
    await expect(added).rejects.toThrow('a token has from 8 to 255 characters')
  }
  await admin.query(
    `UPDATE payment_methods m SET sealed = o.sealed FROM payment_methods o WHERE m.method_id = $1 AND o.method_id = $2`,
    [one, other],
  )
  await expect(billing((client) => readPaymentMethods(client, vault, ADA.userId))).rejects.toThrow(
    'unable to authenticate',
  )
  await admin.query('DELETE FROM payment_methods WHERE method_id = ANY ($1)', [[one, other]])
})

test('two that write at once use one key', async () => {
  const userId = crypto.randomUUID()
  await admin.query(`INSERT INTO users (user_id, account_id, country) VALUES ($1, 'at once', 'DE')`, [userId])
  await Promise.all([write(userId, { display_name: 'Once' }), write(userId, { email: 'once@example.com' })])
  expect(await read(userId)).toEqual({ display_name: 'Once', email: 'once@example.com' })
})

test('a rotation that is cut short goes on where it was; everything can be read all the time, in the end without the old key', async () => {
  const first = keysOf(FIRST)
  const { rows } = await admin.query<{ user_id: string }>(
    `INSERT INTO users (user_id, account_id, country) SELECT gen_random_uuid(), 'many ' || n, 'DE' FROM generate_series(1, $1::int) AS n
     RETURNING user_id`,
    [LISTENERS],
  )
  await speakAs(admin, { role: 'billing' }, async (client) => {
    const vault = createListenerVault(first)
    for (const [n, { user_id }] of rows.entries()) await vault.write(client, user_id, { display_name: `Many ${n}` })
  })
  const all = (await countByMasterKey(admin)).get('first') ?? 0
  expect(all).toBe(LISTENERS + 3)

  const both = keysOf(SECOND, FIRST)
  let wrapped = 0
  const dying: MasterKeys = {
    ...both,
    async wrap(key, about) {
      wrapped += 1
      if (wrapped > 700) throw new Error('the service is away')
      return await both.wrap(key, about)
    },
  }
  await expect(rewrapKeys(admin, dying, () => undefined)).rejects.toThrow('the service is away')
  // The page in which it died is whole as it was.
  expect(await countByMasterKey(admin)).toEqual(
    new Map([
      ['first', all - 500],
      ['second', 500],
    ]),
  )
  expect(await read(ADA.userId, both)).toMatchObject({ display_name: 'Ada Brandt-満潮' })
  expect(await read(rows[9]?.user_id ?? '', both)).toEqual({ display_name: 'Many 9' })

  const pages: number[] = []
  expect(await rewrapKeys(admin, both, (done) => pages.push(done))).toBe(all - 500)
  expect(pages).toEqual([500, all - 500])
  expect(await rewrapKeys(admin, both, (done) => pages.push(done))).toBe(0)
  const second = keysOf(SECOND)
  expect(await read(rows[9]?.user_id ?? '', second)).toEqual({ display_name: 'Many 9' })
  await expect(read(ADA.userId, first)).rejects.toMatchObject({ flaw: 'unknown-master-key' })
})

test('the command says what wraps what, rotates, and names the key that is not there', async () => {
  const third = `third=${'3'.repeat(32)}`
  expect(await segue(third, 'keys', 'rewrap')).toMatchObject({
    code: 1,
    said: expect.stringContaining('there is no master key second: give it in SEGUE_MASTER_KEYS'),
  })
  const dry = await segue(`${third},${SECOND}`, 'keys', 'rewrap', '--dry-run')
  expect(dry).toMatchObject({ code: 0, said: expect.stringContaining(`${LISTENERS + 3} would be wrapped by third`) })
  const done = await segue(`${third},${SECOND}`, 'keys', 'rewrap')
  expect(done).toMatchObject({ code: 0, said: expect.stringContaining('third wraps all, and no other is needed') })
  expect(await read(ADA.userId, keysOf(third))).toMatchObject({ email: 'brandt@example.com' })
  expect(done.said).not.toContain('3333')

  const due = () => segue(third, 'keys', 'rewrap', '--due-after', '365')
  expect(await due()).toMatchObject({ code: 0 })
  await admin.query(`UPDATE listener_keys SET wrapped_at = now() - interval '366 days' WHERE user_id = $1`, [
    ADA.userId,
  ])
  expect(await due()).toMatchObject({
    code: 1,
    said: expect.stringMatching(/the master key third wraps since \S+, longer than 365 days: put a new one first/),
  })
})
