/** Owns what PostgreSQL is asked by the cross-check. */

export const COUNTED = `
  SELECT isrc, territory, tier, count(*)::int AS streams FROM royalty_streams_of($1, $2) GROUP BY 1, 2, 3`

export const COUNTED_IDS = `
  SELECT stream_id AS id FROM royalty_streams_of($1, $2) WHERE isrc = $3 AND territory = $4 AND tier = $5 ORDER BY 1`

const IN_MONTH = `started_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND started_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'`
const PAID_BEFORE =
  'SELECT FROM royalty_withdrawals w WHERE w.stream_id = s.stream_id AND w.counted_at <= $2 AND w.withdrawn_at > $2'

/** Those of the month that are for a later one. */
export const LATE = `
  SELECT stream_id AS id FROM royalty_streams s WHERE counted AND counted_at > $2 AND ${IN_MONTH} AND NOT EXISTS (${PAID_BEFORE})`

/** Those of the month that it has paid and that were flagged since. */
export const FLAGGED_SINCE = `
  SELECT stream_id AS id FROM royalty_streams s WHERE NOT counted AND ${IN_MONTH} AND EXISTS (${PAID_BEFORE})`

/** Those of earlier months that are in this. */
export const ENTERED_LATE = `SELECT stream_id AS id FROM royalty_adjustments WHERE entered_in = $1`

/** By the lines that were booked: each holder's has the streams of the track. */
export const OF_LINES = `
  SELECT rights, isrc, territory, tier, sum(streams)::int AS streams FROM (
    SELECT DISTINCT l.rights, l.isrc, l.territory::text, l.tier, l.contract_id, l.contract_version, l.streams
      FROM royalty_lines l JOIN royalty_runs r USING (run_id) WHERE r.month = $1 AND r.status = 'finished' AND l.kind = 'share' AND l.isrc IS NOT NULL) AS each
   GROUP BY 1, 2, 3, 4`

/** Lines and what was posted of them; equal where nothing is amiss. What was taken back in the month is of lines of an earlier one. */
export const POSTED = `
  SELECT rights, isrc, territory, tier, currency, sum(line)::text AS line, sum(posted)::text AS posted FROM (
    SELECT l.rights, l.isrc, l.territory::text, l.tier, l.currency::text, l.amount_micros AS line, 0 AS posted
      FROM royalty_lines l JOIN royalty_runs r USING (run_id) WHERE r.month = $1
    UNION ALL
    SELECT p.rights, p.isrc, p.territory::text, p.tier, p.currency::text, 0, -p.amount_micros
      FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
     WHERE t.period = $1 AND t.kind IN ('share', 'minimum') AND t.status = 'posted' AND t.reversal_of IS NULL AND a.kind IN ('payable', 'unallocated')) AS each
   GROUP BY 1, 2, 3, 4, 5 HAVING sum(line) <> sum(posted)`

/** What the ledger has for a contract in a territory and tier. A minimum without any stream is of no country, and in no report. */
export const BY_CONTRACT = `
  SELECT c.number AS contract, p.territory::text, p.tier, t.kind, (-sum(p.amount_micros))::text AS micros
    FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id) JOIN contracts c USING (contract_id)
   WHERE t.period = $1 AND t.kind IN ('share', 'minimum') AND t.status = 'posted' AND t.reversal_of IS NULL AND a.kind = 'payable' AND p.territory <> 'ZZ' GROUP BY 1, 2, 3, 4`

/** Streams of the tracks that a contract was paid for in a territory and tier. */
export const CONTRACT_IDS = `
  SELECT stream_id AS id FROM royalty_streams_of($1, $2)
   WHERE territory = $4 AND tier = $5 AND isrc IN (
     SELECT l.isrc FROM royalty_lines l JOIN royalty_runs r USING (run_id) JOIN contracts c USING (contract_id)
      WHERE r.month = $1 AND c.number = $3 AND l.territory = $4 AND l.tier = $5) ORDER BY 1`

export const RIGHTS = `SELECT number, rights FROM contracts`
