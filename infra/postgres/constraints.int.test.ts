/** Owns the test of what the schema itself refuses: each statement by the name of what stands against it. */

import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createPool, inTransaction, type Pool } from './client.ts'
import { migratePostgres } from './migrate.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { ADA, BEN, insertTwoListeners, TRACK_ID } from './testing/two-listeners.ts'

const HOLDERS = ['019a0000-0000-7000-8000-0000000000a1', '019a0000-0000-7000-8000-0000000000a2'] as const
const [LABEL, ARTIST] = HOLDERS
const CONTRACT = '019a0000-0000-7000-8000-0000000000c1'
const RIVAL = '019a0000-0000-7000-8000-0000000000c2'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_constraints_test')
  await migratePostgres(database.url)
  pool = createPool(database.url, { applicationName: 'constraints-test' })
  await insertTwoListeners(pool)
  for (const holder of HOLDERS)
    await pool.query('INSERT INTO rights_holders (holder_id, name) VALUES ($1, $2)', [holder, holder])
  await insertContract(CONTRACT, 'C-1', `'[2026-01-01,)'`, [`'${LABEL}', 'label', 2, 3`, `'${ARTIST}', 'artist', 1, 3`])
  await pool.query(coverage(CONTRACT))
})
afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

async function insertContract(
  id: string,
  number: string,
  valid: string,
  shares: readonly string[],
  countries = '{DE,FR}',
) {
  await inTransaction(pool, async (client) => {
    await client.query(
      `INSERT INTO contracts (contract_id, number, title, licensor_id, rights, signed_on)
       VALUES ($1, $2, $2, $3, 'recording', '2025-12-01') ON CONFLICT (contract_id) DO NOTHING`,
      [id, number, LABEL],
    )
    await client.query(
      `INSERT INTO contract_versions (contract_id, version, valid, is_worldwide, territories, currency, revenue_num, revenue_den)
       SELECT $1, count(*) + 1, ${valid}, false, $2, 'EUR', 52, 100 FROM contract_versions WHERE contract_id = $1`,
      [id, countries],
    )
    for (const share of shares) {
      await client.query(
        `INSERT INTO contract_shares SELECT $1, max(version), ${share} FROM contract_versions WHERE contract_id = $1`,
        [id],
      )
    }
  })
}

const coverage = (contract: string) =>
  `INSERT INTO contract_tracks SELECT contract_id, version, '${TRACK_ID}', 'recording', valid, territory_set
     FROM contract_versions WHERE contract_id = '${contract}'`

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { constraint?: string; message: string }) => error.constraint ?? error.message,
  )

const MONTH = `'[2026-03-01T00:00:00Z,2026-04-01T00:00:00Z)'`
const SUBSCRIPTION = `(SELECT subscription_id FROM subscriptions WHERE payer_id = '${ADA.userId}')`
const payment = (covers: string, tax = 0) =>
  `INSERT INTO payments (payment_id, subscription_id, covers, currency, gross_micros, tax_micros, status, provider_reference, settled_at)
   VALUES (gen_random_uuid(), ${SUBSCRIPTION}, ${covers}, 'EUR', 100, ${tax}, 'settled', gen_random_uuid()::text, now())`

test.each<[what: string, by: string, sql: string]>([
  ['money below zero', 'micros_check', `SELECT (-1)::bigint::micros`],
  ['a currency in small letters', 'currency_check', `SELECT 'eur'::currency`],
  ['a day that is paid for twice', 'payments_cover_once', `${payment(MONTH)}; ${payment(MONTH)}`],
  ['more tax than was paid', 'payments_check', payment(`'[2026-05-01,2026-06-01)'`, 101)],
  [
    'two subscriptions at once',
    'subscriptions_one_at_a_time',
    `INSERT INTO subscriptions VALUES (gen_random_uuid(), '${ADA.userId}', 'individual', '[2026-06-01,2026-07-01)')`,
  ],
  [
    'more members than the plan has room for',
    'subscription_members_room',
    `DELETE FROM subscription_members WHERE user_id = '${BEN.userId}';
     INSERT INTO subscription_members VALUES (${SUBSCRIPTION}, '${BEN.userId}', '[2026-06-01,)')`,
  ],
  [
    'a member before the subscription began',
    'subscription_members_within',
    `DELETE FROM subscription_members WHERE user_id = '${ADA.userId}';
     INSERT INTO subscription_members VALUES (${SUBSCRIPTION}, '${ADA.userId}', '[2025-06-01,)')`,
  ],
  [
    'two prices at once',
    'plan_prices_one_at_a_time',
    `INSERT INTO plan_prices VALUES ('individual', 'DE', '[2026-01-01,)', 'EUR', 10990000, 19, 100),
                                    ('individual', 'DE', '[2026-05-01,)', 'EUR', 11990000, 19, 100)`,
  ],
  ['an ISWC of nine digits', 'works_iswc_check', `INSERT INTO works VALUES (gen_random_uuid(), 'x', 'T034524680')`],
  [
    'an ISWC with another check digit',
    'works_iswc_is_right',
    `INSERT INTO works VALUES (gen_random_uuid(), 'x', 'T0345246802')`,
  ],
  ['an IPI with letters', 'rights_holders_ipi_check', `UPDATE rights_holders SET ipi = '0000000029A'`],
  [
    'an IPI with other check digits',
    'rights_holders_ipi_is_right',
    `UPDATE rights_holders SET ipi = '00000000298' WHERE holder_id = '${LABEL}'`,
  ],
  [
    'an ISNI with another check character',
    'rights_holders_isni_is_right',
    `UPDATE rights_holders SET isni = '0000000218250098' WHERE holder_id = '${LABEL}'`,
  ],
  [
    'a month that begins on its second day',
    'accounting_months_month_check',
    `INSERT INTO accounting_months VALUES ('2026-01-02')`,
  ],
  [
    'a rate of nothing',
    'fx_rates_rate_den_check',
    `INSERT INTO accounting_months VALUES ('2026-01-01');
     INSERT INTO fx_rates VALUES ('2026-01-01', 'EUR', 'USD', 1, 0, 'ECB', '2026-01-30')`,
  ],
  [
    'a rate of no day',
    'fx_rates_have_a_day',
    `INSERT INTO accounting_months VALUES ('2026-01-01');
     INSERT INTO fx_rates VALUES ('2026-01-01', 'EUR', 'USD', 112, 100, 'ECB')`,
  ],
  [
    'an advance that is changed',
    'is only ever added to',
    `INSERT INTO advances VALUES
     (gen_random_uuid(), '${CONTRACT}', '${LABEL}', 'EUR', 1, '2026-01-01', true); UPDATE advances SET amount_micros = 2`,
  ],
  [
    'a campaign in another currency than its advertiser',
    'campaigns_advertiser_id_currency_fkey',
    `INSERT INTO campaigns (campaign_id, advertiser_id, name, runs, currency, budget_micros, cost_per_mille_micros, is_worldwide)
     SELECT gen_random_uuid(), advertiser_id, 'x', '[2026-01-01,2026-02-01)', 'USD', 1, 0, true FROM advertisers`,
  ],
  ['a cap without its hours', 'campaigns_check1', `UPDATE campaigns SET cap_impressions = 3`],
  ['an edit that is deleted', 'is only ever added to', `DELETE FROM playlist_edits`],
  ['an edit that is changed', 'is only ever added to', `UPDATE playlist_edits SET title = 'x'`],
  [
    'a follow of two at once',
    'follows_check',
    `INSERT INTO follows (user_id, artist_id, followed_id)
     SELECT '${ADA.userId}', artist_id, '${BEN.userId}' FROM artists`,
  ],
  ['an entry of the audit log that is changed', 'is only ever added to', `UPDATE audit_log SET login = 'nobody'`],
])('%s is refused', async (_, by, sql) => {
  const refused = await refusal(inTransaction(pool, (client) => client.query(sql)))
  expect(refused).toContain(by)
})

test('what streams weigh that are not credible is a rule, or refused', async () => {
  const right = { reason: 'looped', limit: 20, num: 1, den: 2 }
  const enter = (credibility: unknown) =>
    refusal(pool.query('UPDATE royalty_terms SET credibility = $1', [JSON.stringify(credibility)]))
  for (const wrong of [
    right,
    [],
    [right, right, right, right],
    ...[{}, { ...right, reason: 'dull' }, { ...right, limit: 0 }, { ...right, limit: '20' }, { ...right, limit: 1.5 }],
    ...[
      { ...right, num: 3 },
      { ...right, num: -1 },
      { ...right, den: 0 },
      { ...right, den: 21 },
      { ...right, num: '1' },
    ],
    { reason: 'looped', num: 1, den: 2 },
    [right, { ...right, den: 0 }],
  ].map((one) => (Array.isArray(one) || one === right ? one : [one])))
    expect(await enter(wrong), JSON.stringify(wrong)).toBe('royalty_terms_credibility_is_a_rule')
  const bot = { reason: 'bot', limit: 1_440, num: 0, den: 1 }
  expect(await enter([bot, right, { reason: 'short-track', limit: 60, num: 1, den: 1 }])).toBe('taken')
  expect(await refusal(pool.query('UPDATE royalty_terms SET credibility = NULL'))).toBe('taken')
})

test('shares that do not add to one are refused when the contract is entered, however they are written', async () => {
  const enter = (shares: readonly string[]) =>
    refusal(insertContract(crypto.randomUUID(), `N-${shares.length}`, `'[2026-01-01,)'`, shares))
  expect(await enter([])).toBe('contract_shares_are_whole')
  expect(await enter([`'${LABEL}', 'label', 2, 3`])).toBe('contract_shares_are_whole')
  expect(await enter([`'${LABEL}', 'label', 2, 3`, `'${ARTIST}', 'artist', 333333333, 1000000000`])).toBe(
    'contract_shares_are_whole',
  )
  expect(await enter([`'${LABEL}', 'label', 2, 4`, `'${ARTIST}', 'artist', 1, 2`])).toBe('taken')
  expect(
    await refusal(
      pool.query(`DELETE FROM contract_shares WHERE contract_id = $1 AND holder_id = $2`, [CONTRACT, ARTIST]),
    ),
  ).toBe('contract_shares_are_whole')
})

test('versions of a contract do not overlap, and no two contracts are paid for the same rights in one country on one day', async () => {
  const whole = [`'${LABEL}', 'label', 1, 1`]
  expect(await refusal(insertContract(CONTRACT, 'C-1', `'[2027-01-01,)'`, whole))).toBe(
    'contract_versions_one_at_a_time',
  )
  await insertContract(RIVAL, 'C-2', `'[2026-06-01,)'`, whole, '{FR,IT}')
  expect(await refusal(pool.query(coverage(RIVAL)))).toBe('contract_tracks_paid_once')
  await pool.query(`UPDATE contract_versions SET territories = '{IT}' WHERE contract_id = $1`, [RIVAL])
  expect(await refusal(pool.query(coverage(RIVAL)))).toBe('taken')
  // The rows of tracks follow their version, and are compared again.
  const widened = pool.query(
    `UPDATE contract_versions SET is_worldwide = true, territories = '{DE}' WHERE contract_id = $1`,
    [RIVAL],
  )
  expect(await refusal(widened)).toBe('contract_tracks_paid_once')
  await pool.query(`UPDATE contract_versions SET is_worldwide = true, territories = '{DE,FR}' WHERE contract_id = $1`, [
    RIVAL,
  ])
})

test('a change of money or rights is in the audit log with who did it; of a listener the values are not', async () => {
  await inTransaction(pool, async (client) => {
    await client.query('SET LOCAL ROLE segue_finance')
    await client.query(`UPDATE contract_versions SET revenue_num = 55 WHERE contract_id = $1`, [CONTRACT])
    await client.query('SET LOCAL ROLE segue_billing')
    await client.query(`UPDATE users SET language = 'de' WHERE user_id = $1`, [ADA.userId])
    await client.query(`UPDATE users SET language = 'de' WHERE user_id = $1`, [ADA.userId])
  })
  const { rows } = await pool.query(
    `SELECT login, role, action, table_name, row_key, changed, before, after FROM audit_log WHERE action = 'update'
       AND role <> login ORDER BY at`,
  )
  expect(rows).toEqual([
    {
      login: 'segue',
      role: 'segue_finance',
      action: 'update',
      table_name: 'contract_versions',
      row_key: { contract_id: CONTRACT, version: 1 },
      changed: ['revenue_num'],
      before: { revenue_num: 52 },
      after: { revenue_num: 55 },
    },
    {
      login: 'segue',
      role: 'segue_billing',
      action: 'update',
      table_name: 'users',
      row_key: { user_id: ADA.userId },
      changed: ['language'],
      before: null,
      after: null,
    },
  ])
})
