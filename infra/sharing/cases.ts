/** Owns the reading and marking of sharing cases by analysts: by case id alone, no account is ever told. */

import { inTransaction, type Pool } from '../postgres/client.ts'

export const MARKS = ['open', 'right', 'wrong'] as const
export type Mark = (typeof MARKS)[number]

const MOST_CASES = 200
const MOST_HISTORY = 200

const COLUMNS = `c.case_id, c.score, c.highest_score, c.evidence, c.plan, c.detector_version, c.first_seen, c.last_seen, c.status,
  n.nudged_at`

/** The highest scores first, of one status or of all. */
export async function listCases(pool: Pool, status: Mark | undefined): Promise<object> {
  const { rows: cases } = await pool.query(
    `SELECT ${COLUMNS} FROM sharing_cases c LEFT JOIN sharing_nudges n USING (account)
     WHERE $1::text IS NULL OR c.status = $1 ORDER BY c.score DESC, c.case_id LIMIT ${MOST_CASES}`,
    [status ?? null],
  )
  const { rows: counts } = await pool.query<{ status: Mark; cases: number }>(
    'SELECT status, count(*)::int AS cases FROM sharing_cases GROUP BY status',
  )
  const countOf = (mark: Mark) => counts.find((row) => row.status === mark)?.cases ?? 0
  return { counts: Object.fromEntries(MARKS.map((mark) => [mark, countOf(mark)])), cases }
}

const MOST_FLAGGED = 5

/** How many cases are open, of one plan or of all (''), and those with the highest scores. */
export async function flaggedNow(pool: Pool, plan: string): Promise<object> {
  const { rows } = await pool.query<{ open: number }>(
    `SELECT case_id, score, plan, last_seen, evidence->'reasons'->>0 AS reason, (count(*) OVER ())::int AS open
     FROM sharing_cases WHERE status = 'open' AND ($1 = '' OR plan = $1) ORDER BY score DESC, case_id LIMIT ${MOST_FLAGGED}`,
    [plan],
  )
  return { open: rows[0]?.open ?? 0, cases: rows.map(({ open: _, ...row }) => row) }
}

/** Who a case is about: never to be told, only to be looked up by. Undefined: there is no such case. */
export async function accountOfCase(pool: Pool, caseId: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ account: string }>('SELECT account FROM sharing_cases WHERE case_id = $1', [
    caseId,
  ])
  return rows[0]?.account
}

/** With its history, the newest first; undefined: there is no such case. */
export async function readCase(pool: Pool, caseId: string): Promise<object | undefined> {
  const { rows } = await pool.query(
    `SELECT ${COLUMNS} FROM sharing_cases c LEFT JOIN sharing_nudges n USING (account) WHERE c.case_id = $1`,
    [caseId],
  )
  const [found] = rows
  if (found === undefined) return undefined
  const { rows: history } = await pool.query(
    `SELECT h.at, h.kind, h.score, h.reasons, h.detector_version, h.mark, h.marked_by, h.note
     FROM sharing_case_history h JOIN sharing_cases c USING (account)
     WHERE c.case_id = $1 ORDER BY h.at DESC, h.entry DESC LIMIT ${MOST_HISTORY}`,
    [caseId],
  )
  return { ...found, history }
}

export interface Marking {
  readonly caseId: string
  readonly mark: Mark
  /** Who says so: an analyst's account. */
  readonly by: string
  readonly note: string
}

/** The status and the entry of who set it, both or neither. False: there is no such case. */
export function markCase(pool: Pool, { caseId, mark, by, note }: Marking): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ account: string }>(
      'UPDATE sharing_cases SET status = $2 WHERE case_id = $1 RETURNING account',
      [caseId, mark],
    )
    const account = rows[0]?.account
    if (account === undefined) return false
    await client.query(
      `INSERT INTO sharing_case_history (account, at, kind, mark, marked_by, note) VALUES ($1, now(), 'mark', $2, $3, $4)`,
      [account, mark, by, note],
    )
    return true
  })
}
