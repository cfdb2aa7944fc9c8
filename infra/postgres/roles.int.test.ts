/** Owns the test of who may do what: read from the catalog of the server, so that a table nobody thought of fails it. */

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readEnv } from '../runtime/env.ts'
import { createPool, type Pool } from './client.ts'
import { postgresConfig } from './config.ts'
import { migratePostgres } from './migrate.ts'
import { type ModelTable, readModel } from './model/read-model.ts'
import { databaseRole, LOGIN_ROLES, OWNER_ROLE, SERVICE_ROLE_NAMES, type ServiceRole } from './roles.ts'
import { speakAs } from './speak-as.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { ADA, BEN, insertTwoListeners, type Listener } from './testing/two-listeners.ts'

/** Select, insert, update, delete; a small letter: some columns only. What is not here is refused. */
const MAY: Readonly<Record<string, Partial<Record<ServiceRole, string>>>> = {
  artists: { gateway: 'S', catalog: 'SI', finance: 'S', analyst: 'S', ads: 'S', search: 'S' },
  albums: { gateway: 'S', catalog: 'SIU', finance: 'S', analyst: 'S', ads: 'S', search: 'S' },
  tracks: { gateway: 'S', catalog: 'SIU', finance: 'S', analyst: 'S', ads: 'S', search: 'S', recommend: 's' },
  track_popularity: { search: 'SIUD' },
  catalog_captures: { search: 'S' },
  renditions: { gateway: 'S', catalog: 'SIU', finance: 'S', analyst: 'S', ads: 'S' },
  rights_holders: { catalog: 'si', finance: 'SIU', analyst: 's' },
  track_rights: { catalog: 'SIU', finance: 'S', analyst: 'S' },
  royalty_streams: { gateway: 's', royalties: 'SIU', finance: 'S', analyst: 's', search: 's' },
  kafka_offsets: { royalties: 'SIU', sharing: 'SIU', ads: 'SIU', finance: 'S' },
  schema_version: {},
  sharing_states: { sharing: 'SIUD' },
  sharing_nudges: { gateway: 'S', sharing: 'SIUD' },
  sharing_cases: { gateway: 'Su', sharing: 'SIU' },
  sharing_case_history: { gateway: 'SI', sharing: 'SI' },
  shared_looking_accounts: { analyst: 'S' },
  plans: { gateway: 'S', billing: 'SIU', finance: 'S', analyst: 'S', ads: 'S' },
  plan_prices: { gateway: 'S', billing: 'SIU', finance: 'S', analyst: 'S', ads: 'S' },
  users: { gateway: 'Su', billing: 'SIU', finance: 's', analyst: 's' },
  listener_keys: { billing: 'SIUD' },
  personal_fields: { billing: 'SIUD' },
  subscriptions: { gateway: 'S', billing: 'SIU', finance: 'S', analyst: 'S' },
  subscription_members: { gateway: 'S', billing: 'SIU', finance: 'S', analyst: 'S' },
  payment_methods: { gateway: 's', billing: 'SIUD' },
  payments: { gateway: 's', billing: 'SIU', finance: 'S' },
  refunds: { billing: 'Si', finance: 'S' },
  works: { gateway: 'S', catalog: 'SIU', finance: 'S', analyst: 'S' },
  work_recordings: { gateway: 'S', catalog: 'SIU', finance: 'S', analyst: 'S' },
  accounting_months: { royalties: 'S', finance: 'SIU', analyst: 'S' },
  fx_rates: { finance: 'SIU' },
  contracts: { finance: 'SIU' },
  contract_versions: { finance: 'SIU' },
  contract_shares: { finance: 'SIUD' },
  contract_tracks: { finance: 'SIUD' },
  advances: { finance: 'SI' },
  playlists: { gateway: 'SIu', search: 's' },
  playlist_members: { gateway: 'SID' },
  playlist_tracks: { gateway: 'SIuD', search: 's' },
  playlist_edits: { gateway: 'Si' },
  follows: { gateway: 'SID', analyst: 'S' },
  blocked_artists: { gateway: 'SID', analyst: 'S' },
  dismissed_tracks: { gateway: 'SID' },
  shared_playlists: { recommend: 'S' },
  advertisers: { gateway: 'S', ads: 'SIU', finance: 'S', analyst: 'S' },
  campaigns: { gateway: 'S', ads: 'SIU', finance: 'S', analyst: 'S' },
  campaign_days: { gateway: 'S', ads: 'SIU', finance: 'S', analyst: 'S' },
  creatives: { gateway: 'S', ads: 'SIU', finance: 'S', analyst: 'S' },
  creative_renditions: { gateway: 'S', ads: 'SIU', analyst: 'S' },
  impressions: { gateway: 'S', ads: 'SIu', finance: 's', analyst: 'S' },
  withheld_ads: { ads: 'SIu', analyst: 'S' },
  royalty_runs: { finance: 'Siu' },
  royalty_pools: { finance: 'SI' },
  royalty_lines: { finance: 'SI' },
  royalty_withdrawals: { finance: 'S' },
  royalty_adjustments: { finance: 'SI' },
  royalty_terms: { finance: 'SIU' },
  royalty_closes: { finance: 'Si' },
  royalty_files: { finance: 'Si' },
  royalty_earnings: { finance: 'S', analyst: 'S' },
  artist_dues: { finance: 'S', analyst: 'S' },
  ledger_accounts: { finance: 'Si' },
  ledger_transfers: { finance: 'Si' },
  ledger_postings: { finance: 'SI' },
  ledger_month_sums: { finance: 'S' },
  ledger_balances: { finance: 'S' },
  ledger_entries: { finance: 'S' },
  ledger_month_totals: { finance: 'S', analyst: 'S' },
  bank_files: { finance: 'Si' },
  bank_entries: { finance: 'SI' },
  audit_log: { finance: 'S' },
  audit_links: { finance: 'S' },
  erasures: {},
  least_ages: { maintenance: 'S' },
  job_runs: { maintenance: 'SIU' },
}

/** A table with one of these has rows of listeners. */
const NAMES_A_LISTENER = /^(user_id|payer_id|owner_id|listener_id|account|account_id)$/

/** Of tables that the gateway reads in a listener's name: how many rows of ADA's and of BEN's are there. */
const OWN_ROWS: Readonly<Record<string, number>> = {
  users: 1,
  subscriptions: 1,
  subscription_members: 1,
  payment_methods: 1,
  payments: 1,
  playlists: 1,
  playlist_members: 1,
  playlist_tracks: 1,
  playlist_edits: 1,
  follows: 2,
  blocked_artists: 1,
  dismissed_tracks: 1,
  impressions: 1,
}

let database: TestDatabase
let admin: Pool
let model: readonly ModelTable[]
const pools = {} as Record<(typeof LOGIN_ROLES)[number], Pool>

beforeAll(async () => {
  database = await createTestDatabase(inject('stackEnv'), 'segue_roles_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'roles-test' })
  for (const role of LOGIN_ROLES) {
    const { url } = readEnv(database.env, (read) => postgresConfig(read, role))
    pools[role] = createPool(url, { applicationName: 'roles-test', maxConnections: 1 })
  }
  await insertTwoListeners(admin)
  model = await readModel(admin)
})
afterAll(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.end()))
  await admin?.end()
  await database?.drop()
})

const named = (may: Partial<Record<ServiceRole, string>>) =>
  Object.fromEntries(Object.entries(may).map(([role, letters]) => [databaseRole(role as ServiceRole), letters]))

describe('what is granted', () => {
  test('is for each table what this table says, and no table is left out', () => {
    const granted = Object.fromEntries(model.map(({ name, grants }) => [name, grants]))
    expect(granted).toEqual(Object.fromEntries(Object.entries(MAY).map(([name, may]) => [name, named(may)])))
  })

  test('rows of listeners are under row security, and each role that may touch them has a policy', () => {
    const open = model.filter(({ columns, hasRowSecurity }) => {
      return columns.some(({ name }) => NAMES_A_LISTENER.test(name)) && !hasRowSecurity
    })
    // Of a view too: it speaks with the rights of the owner, and so must not name a listener.
    expect(open.map(({ name }) => name)).toEqual([])
    for (const { name, hasRowSecurity, policyRoles, grants } of model) {
      expect([name, policyRoles]).toEqual([name, hasRowSecurity ? Object.keys(grants).sort() : []])
    }
  })

  test('every table says what it holds', () => {
    expect(model.filter(({ comment }) => !comment).map(({ name }) => name)).toEqual([])
  })

  test('no role has a power of its own, but that changes are captured by one, and all belongs to the owner, as whom nobody signs in', async () => {
    const { rows: roles } = await admin.query(
      `SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname LIKE 'segue\\_%' AND
         NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication AND rolname <> 'segue_capture' OR rolbypassrls)`,
    )
    const logins = LOGIN_ROLES.map(databaseRole)
    expect(new Map(roles.map(({ rolname, rolcanlogin }) => [rolname, rolcanlogin]))).toEqual(
      new Map([OWNER_ROLE, ...SERVICE_ROLE_NAMES.map(databaseRole)].map((role) => [role, logins.includes(role)])),
    )
    const { rows: foreign } = await admin.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relowner <> $1::regrole
       UNION ALL SELECT proname FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND proowner <> $1::regrole
         AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e')`,
      [OWNER_ROLE],
    )
    expect(foreign).toEqual([])
  })

  test('what runs with the rights of the owner is not for everybody, and looks for names where it should', async () => {
    const { rows } = await admin.query(
      `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
          AND (has_function_privilege('public', oid, 'EXECUTE') OR NOT coalesce(proconfig::text LIKE '%search_path=%', false))`,
    )
    expect(rows).toEqual([])
  })
})

test('a month is reached through its table alone', async () => {
  const { rows } = await admin.query(
    `SELECT c.oid::regclass::text AS month, r.rolname FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) acl
       LEFT JOIN pg_roles r ON r.oid = acl.grantee WHERE c.relispartition AND acl.grantee <> c.relowner`,
  )
  expect(rows).toEqual([])
})

/** Signed in where a program of today does, else as the admin who becomes it. */
const asRole = (role: ServiceRole, sql: string): Promise<unknown> => {
  const login = LOGIN_ROLES.find((name) => name === role)
  return login === undefined
    ? speakAs(admin, { role }, (client) => client.query(sql))
    : speakAs(pools[login], {}, (client) => client.query(sql))
}

describe('a role', () => {
  test.each(SERVICE_ROLE_NAMES)(
    '%s reads where it may and is refused everywhere else',
    async (role) => {
      const refused = (sql: string) =>
        expect(asRole(role, sql), `${role}: ${sql}`).rejects.toMatchObject({ code: '42501' })
      for (const { name, columns, isView } of model) {
        const may = MAY[name]?.[role] ?? ''
        const first = columns[0]?.name
        if (may.includes('S')) await asRole(role, `SELECT * FROM ${name}`)
        else await refused(`SELECT * FROM ${name}`)
        if (may.includes('s')) await asRole(role, `SELECT count(*) FROM ${name}`)
        // A view of several tables takes nothing from anybody.
        if (isView) continue
        if (!/i/i.test(may)) await refused(`INSERT INTO ${name} DEFAULT VALUES`)
        // Where only some columns are granted, the key is none of them.
        if (!may.includes('U')) await refused(`UPDATE ${name} SET ${first} = DEFAULT`)
        if (!may.includes('D')) await refused(`DELETE FROM ${name}`)
        await refused(`TRUNCATE ${name} CASCADE`)
      }
    },
    120_000,
  )

  test.each(LOGIN_ROLES)('%s makes nothing of its own', async (role) => {
    await expect(pools[role].query('CREATE TABLE mine (n int)')).rejects.toMatchObject({ code: '42501' })
    await expect(pools[role].query(`SET ROLE ${OWNER_ROLE}`)).rejects.toMatchObject({ code: '42501' })
  })
})

describe('the gateway', () => {
  const seen = (table: string, listener?: Listener) =>
    speakAs(pools.gateway, listener === undefined ? {} : { userId: listener.userId }, async (client) => {
      const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`)
      return rows[0]?.n
    })
  const all = async (table: string) => (await admin.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n

  test.each(Object.entries(OWN_ROWS))(
    'sees of %s the rows of the listener in whose name it speaks',
    async (table, own) => {
      expect(await all(table)).toBe(2 * own)
      expect(await seen(table, ADA)).toBe(own)
      expect(await seen(table, BEN)).toBe(own)
      expect(await seen(table)).toBe(0)
    },
  )

  test('every table under row security that it reads is looked at above, or is one of the pages of analysts', () => {
    const read = model.filter(({ hasRowSecurity, grants }) => hasRowSecurity && /s/i.test(grants.segue_gateway ?? ''))
    const ofAnalysts = ['royalty_streams', 'sharing_case_history', 'sharing_cases', 'sharing_nudges']
    expect(read.map(({ name }) => name)).toEqual([...Object.keys(OWN_ROWS), ...ofAnalysts].sort())
  })

  test('changes the language of the listener in whose name it speaks, and of nobody else', async () => {
    const changed = await speakAs(pools.gateway, { userId: ADA.userId }, (client) =>
      client.query(`UPDATE users SET language = 'de'`),
    )
    expect(changed.rowCount).toBe(1)
    const { rows } = await admin.query('SELECT language FROM users ORDER BY account_id')
    expect(rows.map(({ language }) => language)).toEqual(['de', 'en'])
    const moved = speakAs(pools.gateway, { userId: ADA.userId }, (client) =>
      client.query(`UPDATE users SET country = 'US'`),
    )
    await expect(moved).rejects.toMatchObject({ code: '42501' })
  })

  test('finds the listener of an account, and forgets in whose name it spoke', async () => {
    const { rows } = await pools.gateway.query('SELECT listener_of($1) AS id', [ADA.account])
    expect(rows).toEqual([{ id: ADA.userId }])
    await speakAs(pools.gateway, { userId: ADA.userId }, (client) => client.query('SELECT 1'))
    expect((await pools.gateway.query('SELECT count(*)::int AS n FROM users')).rows).toEqual([{ n: 0 }])
    await expect(pools.analyst.query('SELECT listener_of($1)', [ADA.account])).rejects.toMatchObject({ code: '42501' })
  })
})

test('a worker moves the offsets of its own group alone', async () => {
  const enter = (pool: Pool, group: string) =>
    pool.query(`INSERT INTO kafka_offsets VALUES ($1, 't', 0, 1) ON CONFLICT DO NOTHING`, [group])
  await enter(pools.royalties, 'segue.royalties')
  await enter(pools.sharing, 'segue.sharing')
  await expect(enter(pools.royalties, 'segue.sharing-2')).rejects.toThrow('row-level security')
  const moved = await pools.sharing.query('UPDATE kafka_offsets SET next_offset = 7')
  expect(moved.rowCount).toBe(1)
})
