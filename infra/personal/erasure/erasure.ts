/** Owns an erasure from its asking to its end: passes over all stores, each of which may be broken off and done again, until nothing can come back. */

import type { ClickHouseClient } from '../../clickhouse/client.ts'
import { eraseEvents } from '../../clickhouse/listener-events.ts'
import type { OpenSearch } from '../../opensearch/client.ts'
import type { Pool } from '../../postgres/client.ts'
import type { Redis } from '../../redis/client.ts'
import { eraseKeys, playsNow } from '../../redis/erase-keys.ts'
import { StackProblem } from '../../stack/problem.ts'
import { endAtIssuer } from './end-at-issuer.ts'
import { eraseRows } from './erase-rows.ts'
import { eraseTitles } from './erase-titles.ts'
import { inStore } from './in-store.ts'
import type { IssuerAccounts } from './issuer-accounts.ts'
import { asked, LEAVE_TO_MEMBERS, type Who } from './listener-tables.ts'

export interface Stores {
  readonly postgres: Pool
  readonly redis: Redis
  readonly clickhouse: ClickHouseClient
  /** Undefined: nothing is searched here. */
  readonly opensearch?: OpenSearch | undefined
  /** Undefined: somebody else's, where a person takes the account away first. */
  readonly issuer?: IssuerAccounts | undefined
}

interface Erasure extends Who {
  readonly erasureId: string
  /** Whether Kafka has forgotten all that was in it when this was asked for. */
  readonly isDue: boolean
}

const ERASURE = `
  SELECT erasure_id AS "erasureId", account_id AS "accountId", user_id AS "userId", pseudonym,
         asked_at < now() - make_interval(days => $1) AS "isDue" FROM erasures WHERE account_id IS NOT NULL`
const ASK = `
  INSERT INTO erasures (account_id, user_id) SELECT $1, (SELECT user_id FROM users WHERE account_id = $1) ON CONFLICT DO NOTHING`
const PASSED = 'UPDATE erasures SET passes = passes + 1, passed_at = now() WHERE erasure_id = $1'
const ENDED = 'UPDATE erasures SET account_id = NULL, ended_at = now() WHERE erasure_id = $1'

/** The longest that a record with an account is kept in Kafka, dead letters, and a day for segments to be rolled and deleted. */
export const FORGOTTEN_AFTER_DAYS = 29

/** @throws {StackProblem} while the account plays: its stream would end in its name, after all else was erased. */
export async function eraseAccount(stores: Stores, accountId: string, say: (line: string) => void): Promise<void> {
  // Noted first: without his account nobody but a later pass knows that he is to be erased.
  await stores.postgres.query(ASK, [accountId])
  await endAtIssuer(stores, accountId, say)
  if (await playsStill(stores, accountId)) throw new StackProblem(PLAYS)
  const { rows } = await stores.postgres.query<Erasure>(`${ERASURE} AND account_id = $2`, [
    FORGOTTEN_AFTER_DAYS,
    accountId,
  ])
  for (const erasure of rows) await pass(stores, erasure, say)
}

/**
 * Another pass over each that is not at its end; those that Kafka has forgotten end by it.
 * @throws {StackProblem} at the end, naming those whose accounts play: nobody else waits for them.
 */
export async function goOnErasing(stores: Stores, say: (line: string) => void): Promise<number> {
  const { rows } = await stores.postgres.query<Erasure>(`${ERASURE} ORDER BY asked_at`, [FORGOTTEN_AFTER_DAYS])
  const playing: string[] = []
  for (const erasure of rows) {
    await endAtIssuer(stores, erasure.accountId, say)
    if (await playsStill(stores, erasure.accountId)) playing.push(erasure.erasureId)
    else await pass(stores, erasure, say)
  }
  // By the erasure: what a job says is kept in logs, where no account belongs.
  if (playing.length > 0)
    throw new StackProblem(`of ${rows.length} erasures these did not go on, ${playing.join(', ')}: ${PLAYS}`)
  return rows.length
}

const PLAYS =
  'the account plays now: end its sign-ins at the issuer, and run this again a minute after its last stream has ended'

const playsStill = ({ redis }: Stores, accountId: string): Promise<boolean> =>
  inStore('Redis', playsNow(redis, accountId))

/** The key goes first, with the rows of PostgreSQL: what fails after that leaves nothing that names him. */
async function pass(stores: Stores, erasure: Erasure, say: (line: string) => void): Promise<void> {
  const { postgres, redis, clickhouse, opensearch } = stores
  const { erasureId, accountId, userId, pseudonym } = erasure
  const report = (store: string, touched: ReadonlyMap<string, number>) => {
    const found = [...touched].map(([name, rows]) => `${name} ${rows}`).join(', ')
    say(`${store}: ${found || 'nothing more'}`)
  }
  report('PostgreSQL', await eraseRows(postgres, erasure))
  report('Redis', await inStore('Redis', eraseKeys(redis, accountId)))
  report('ClickHouse', await inStore('ClickHouse', eraseEvents(clickhouse, { accountId, pseudonym })))
  let there = 0
  if (opensearch !== undefined) {
    there = await inStore('OpenSearch', eraseTitles(opensearch, postgres, userId))
    say(
      there === 0
        ? 'OpenSearch: nothing more'
        : `OpenSearch: ${there} titles are still there, as the search is behind: a later pass looks again`,
    )
  }
  await postgres.query(PASSED, [erasureId])
  if (!erasure.isDue || there > 0) return
  await postgres.query(...asked(LEAVE_TO_MEMBERS, erasure))
  await postgres.query(ENDED, [erasureId])
  say('the account is forgotten')
}
