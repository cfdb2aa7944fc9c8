/**
 * Owns the list of who was erased, beside the backups and in none of them: whoever was erased after a backup was taken must not
 * come back with it. It keeps an account for as long as there is a backup of before, and no longer.
 */

import type { ClickHouseClient } from '../clickhouse/client.ts'
import { eraseEvents } from '../clickhouse/listener-events.ts'
import { eraseRowsWithin } from '../personal/erasure/erase-rows.ts'
import type { MasterKeys } from '../personal/master-keys.ts'
import { inTransaction, type Pool, type PoolClient } from '../postgres/client.ts'
import { OWNER_ROLE } from '../postgres/roles.ts'
import { StackProblem } from '../stack/problem.ts'
import { openSealed, putSealed } from './envelope.ts'
import { backupIds, timeOf } from './manifest.ts'
import type { Place } from './place.ts'

const NAME = 'erasures.json'
const ABOUT = 'backup-erasures'

export interface ErasedListener {
  readonly erasureId: string
  readonly accountId: string
  readonly userId: string | null
  readonly pseudonym: string
  readonly askedAt: string
  readonly askedBy: string
}

export interface ErasureList {
  /** UTC. Whoever was erased later is not in it. */
  readonly writtenAt: string
  readonly erased: readonly ErasedListener[]
}

/** The account is forgotten by the last pass; a list of before has it still. */
const ERASURES = `
  SELECT erasure_id AS "erasureId", account_id AS "accountId", user_id AS "userId", pseudonym,
         to_char(asked_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "askedAt", asked_by AS "askedBy"
    FROM erasures WHERE account_id IS NOT NULL ORDER BY asked_at`
const NOW = `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS now`
const ENTER = `
  INSERT INTO erasures (erasure_id, account_id, user_id, pseudonym, asked_at, asked_by)
  SELECT $1, $2, (SELECT user_id FROM users WHERE user_id = $3), $4, $5, $6 ON CONFLICT DO NOTHING`

/** Undefined: there is none. */
export async function readErasureList(place: Place, masterKeys: MasterKeys): Promise<ErasureList | undefined> {
  return (await openSealed(place, NAME, { masterKeys, about: ABOUT })) as ErasureList | undefined
}

/** Says how many are in it. */
export async function writeErasureList(pool: Pool, place: Place, masterKeys: MasterKeys): Promise<number> {
  return await inTransaction(pool, async (client) => {
    // One at a time: of two that write it, the one that read the table first must not be the last.
    await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [ABOUT])
    const known = await readErasureList(place, masterKeys)
    const writtenAt = (await client.query<{ now: string }>(NOW)).rows[0]?.now ?? ''
    const { rows: inTable } = await client.query<ErasedListener>(ERASURES)
    const open = new Set(inTable.map(({ erasureId }) => erasureId))
    const [oldest] = await backupIds(place)
    const since = oldest === undefined ? Number.POSITIVE_INFINITY : timeOf(oldest)
    const ended = (known?.erased ?? []).filter((one) => !open.has(one.erasureId) && Date.parse(one.askedAt) >= since)
    const erased = [...ended, ...inTable]
    await putSealed(place, NAME, { masterKeys, about: ABOUT, value: { writtenAt, erased } satisfies ErasureList })
    return erased.length
  })
}

/** @throws {StackProblem} when there is none: then nobody knows who must not come back. */
export async function requireErasureList(place: Place, masterKeys: MasterKeys): Promise<ErasureList> {
  const list = await readErasureList(place, masterKeys)
  if (list !== undefined) return list
  throw new StackProblem(
    `there is no list of erasures in ${place.title}: without it whoever was erased would come back; copy ${NAME} there, or write it by segue backup erasures from the server as it is`,
  )
}

/** As PostgreSQL is restored, before anybody sees a row: keys that were destroyed since are not there at any moment. */
export async function eraseAgainWithin(client: PoolClient, { erased }: ErasureList): Promise<void> {
  await client.query(`SET LOCAL ROLE ${OWNER_ROLE}`)
  for (const one of erased) {
    await client.query(ENTER, [one.erasureId, one.accountId, one.userId, one.pseudonym, one.askedAt, one.askedBy])
    await eraseRowsWithin(client, one)
  }
}

export async function eraseEventsAgain(clickhouse: ClickHouseClient, { erased }: ErasureList): Promise<void> {
  for (const { accountId, pseudonym } of erased) await eraseEvents(clickhouse, { accountId, pseudonym })
}
