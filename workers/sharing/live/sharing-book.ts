/** Owns the statements on `sharing_states`, `sharing_cases` and the scores of `sharing_case_history`. */

import type { Pool, PoolClient } from '../../../infra/postgres/client.ts'
import type { KindOfNetwork } from '../detector/networks.ts'
import { DETECTOR_VERSION } from '../detector/verdict.ts'
import { bytesOf, type CaseScore, SNAPSHOT_VERSION, type Watched, watchedFrom } from './watched.ts'

/** In one statement: some megabytes. */
const STATES_AT_ONCE = 2_000

/** Those of `accounts` that are known; of another version than ours, as if they were not. */
export async function readStates(
  client: Pool | PoolClient,
  accounts: readonly string[],
  kindOf: KindOfNetwork,
): Promise<Watched[]> {
  const known: Watched[] = []
  for (let from = 0; from < accounts.length; from += STATES_AT_ONCE) {
    const { rows } = await client.query<{ account: string; state: Buffer }>(
      'SELECT account, state FROM sharing_states WHERE account = ANY ($1) AND version = $2',
      [accounts.slice(from, from + STATES_AT_ONCE), SNAPSHOT_VERSION],
    )
    for (const { account, state } of rows) known.push(watchedFrom(account, state, kindOf))
  }
  return known
}

/** Also of accounts that were silent: `agedUntilMs` tells when there is something to forget again. */
export async function writeStates(
  client: PoolClient,
  partition: number,
  states: readonly Watched[],
  agedUntilMs: (watched: Watched) => number,
): Promise<void> {
  for (let from = 0; from < states.length; from += STATES_AT_ONCE) {
    const slice = states.slice(from, from + STATES_AT_ONCE)
    const each = slice.map(bytesOf)
    let offset = 1
    const offsets = each.map(({ length }) => {
      const begins = offset
      offset += length
      return begins
    })
    // One value of bytes, cut by the server: an array of them would travel as text of twice the length.
    await client.query(
      `INSERT INTO sharing_states AS kept (account, partition, version, state, aged_until)
       SELECT account, $5, $6, substring($1::bytea FROM begins FOR length), to_timestamp(aged / 1000)
       FROM unnest($2::text[], $3::int[], $4::int[], $7::float8[]) AS s (account, begins, length, aged)
       ON CONFLICT (account) DO UPDATE SET (partition, version, state, aged_until) =
         (excluded.partition, excluded.version, excluded.state, excluded.aged_until)`,
      [
        Buffer.concat(each),
        slice.map(({ account }) => account.id),
        offsets,
        each.map(({ length }) => length),
        partition,
        SNAPSHOT_VERSION,
        slice.map(agedUntilMs),
      ],
    )
  }
}

/** In the order in which they were found; of several of an account the last stays, and each that is news is history. */
export async function writeScores(client: PoolClient, scores: readonly CaseScore[]): Promise<{ created: number }> {
  if (scores.length === 0) return { created: 0 }
  const first = new Map<string, CaseScore>()
  const last = new Map<string, CaseScore>()
  const highest = new Map<string, number>()
  for (const score of scores) {
    if (!first.has(score.account)) first.set(score.account, score)
    last.set(score.account, score)
    highest.set(score.account, Math.max(highest.get(score.account) ?? 0, score.score))
  }
  const cases = [...last.values()].map(({ account, plan, atMs, score, evidence }) => ({
    account,
    plan,
    score,
    highest_score: highest.get(account),
    evidence,
    first_seen: new Date(first.get(account)?.atMs ?? atMs).toISOString(),
    last_seen: new Date(atMs).toISOString(),
  }))
  const { rows } = await client.query<{ created: boolean }>(
    `INSERT INTO sharing_cases AS kept (account, plan, score, highest_score, evidence, detector_version, first_seen, last_seen)
     SELECT account, plan, score, highest_score, evidence, $2, first_seen, last_seen
     FROM jsonb_to_recordset($1::jsonb) AS c (account text, plan text, score float8, highest_score float8, evidence jsonb,
       first_seen timestamptz, last_seen timestamptz)
     ON CONFLICT (account) DO UPDATE SET (plan, score, highest_score, evidence, detector_version, first_seen, last_seen) =
       (excluded.plan, excluded.score, greatest(kept.highest_score, excluded.highest_score), excluded.evidence,
        excluded.detector_version, least(kept.first_seen, excluded.first_seen), excluded.last_seen)
     RETURNING xmax = 0 AS created`,
    [JSON.stringify(cases), DETECTOR_VERSION],
  )
  const news = scores.filter(({ isNews }) => isNews)
  await client.query(
    `INSERT INTO sharing_case_history (account, at, kind, score, reasons, detector_version)
     SELECT account, at, 'score', score, reasons, $2
     FROM jsonb_to_recordset($1::jsonb) AS h (account text, at timestamptz, score float8, reasons jsonb)
     ON CONFLICT (account, at, detector_version) WHERE kind = 'score' DO NOTHING`,
    [
      JSON.stringify(
        news.map(({ account, atMs, score, evidence }) => ({
          account,
          at: new Date(atMs).toISOString(),
          score,
          reasons: evidence.reasons,
        })),
      ),
      DETECTOR_VERSION,
    ],
  )
  return { created: rows.filter(({ created }) => created).length }
}
