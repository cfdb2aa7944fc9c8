import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type ClickHouseClient, createClickHouse } from '../clickhouse/client.ts'
import { clickhouseConfig } from '../clickhouse/config.ts'
import { migrateClickHouse } from '../clickhouse/migrate.ts'
import { createPool, type Pool } from '../postgres/client.ts'
import { postgresConfig } from '../postgres/config.ts'
import { migratePostgres } from '../postgres/migrate.ts'
import { createTestDatabase, type TestDatabase } from '../postgres/test-database.ts'
import { readEnv } from '../runtime/env.ts'
import { Secret } from '../runtime/secret.ts'
import { ask, asObjects } from './ask.ts'
import { activePremium } from './fixtures/active-premium.ts'
import { artistsOwed } from './fixtures/artists-owed.ts'
import { campaigns } from './fixtures/campaigns.ts'
import { churn } from './fixtures/churn.ts'
import type { Fixture } from './fixtures/fixture.ts'
import { loadFixture } from './fixtures/load-fixture.ts'
import { nextTracks } from './fixtures/next-tracks.ts'
import { sharedAccounts } from './fixtures/shared-accounts.ts'
import { QUESTIONS, questionNamed } from './questions.ts'

const FIXTURES: readonly Fixture[] = [activePremium, sharedAccounts, nextTracks, churn, campaigns, artistsOwed]

let clickhouse: ClickHouseClient
let database: TestDatabase
/** Who loads, and who asks. */
let admin: Pool
let postgres: Pool

beforeAll(async () => {
  const env = inject('stackEnv')
  const url = new URL(readEnv(env, clickhouseConfig).url.reveal())
  url.pathname = '/questions_test'
  const config = { url: new Secret(url.href) }
  await migrateClickHouse(config)
  clickhouse = createClickHouse(config)
  database = await createTestDatabase(env, 'questions_test')
  await migratePostgres(database.url)
  admin = createPool(database.url, { applicationName: 'test' })
  const { url: asked } = readEnv(database.env, (read) => postgresConfig(read, 'analyst'))
  postgres = createPool(asked, { applicationName: 'test' })
})
afterAll(async () => {
  await clickhouse.command({ query: 'DROP DATABASE questions_test' })
  await clickhouse.close()
  await Promise.all([admin.end(), postgres.end()])
  await database.drop()
})

describe('the questions', () => {
  it('are six, each with a worked example', () => {
    expect(QUESTIONS.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6])
    expect(QUESTIONS.map(({ name }) => name)).toEqual(FIXTURES.map(({ question }) => question))
    for (const { definition } of QUESTIONS) expect(definition.split('\n').length).toBeGreaterThan(3)
  })

  it.each(FIXTURES)('$question is answered as computed by hand', async (fixture) => {
    const question = questionNamed(fixture.question)
    if (question === undefined) throw new Error(`there is no question ${fixture.question}`)
    await loadFixture(clickhouse, admin, fixture)
    const given = new Map(Object.entries(fixture.parameters))
    expect(asObjects(await ask({ clickhouse, postgres }, question, given, new Date()))).toEqual(fixture.expected)
  })

  it('campaigns are of a country, a plan, a kind of device where one is asked for, and without a control group nothing is compared', async () => {
    const question = questionNamed('campaigns')
    if (question === undefined) throw new Error('there is no question campaigns')
    const adEvents = (campaigns.adEvents ?? []).filter((row) => !('kind' in row) || row.kind !== 'withheld')
    await loadFixture(clickhouse, admin, { ...campaigns, adEvents })
    const rowsOf = async (filters: Readonly<Record<string, string>>) =>
      asObjects(
        await ask(
          { clickhouse, postgres },
          question,
          new Map(Object.entries({ ...campaigns.parameters, ...filters })),
          new Date(),
        ),
      )
    const [first] = await rowsOf({ country: 'DE', plan: 'free', device_kind: 'phone' })
    expect(first).toMatchObject({ served: 9, impressions: 3, control: 0, lift: null, difference: null })
    expect(first).toMatchObject({ treated_rate: null, difference_low: null, difference_high: null })
    for (const other of [{ country: 'FR' }, { plan: 'duo' }, { device_kind: 'tv' }])
      expect(await rowsOf(other)).toEqual([])
  })
})
