/** Owns what is asked of the lines of runs and of postings, to explain them. */

import type { Rights } from '../../../infra/postgres/ledger/transfer.ts'

export interface LineRow {
  readonly reference: string
  readonly month: string
  readonly model: string
  readonly input_hash: string
  readonly kind: 'share' | 'minimum'
  readonly territory: string
  readonly tier: string
  readonly currency: string
  readonly rights: Rights
  readonly isrc: string | null
  readonly holder_id: string | null
  readonly contract_id: string | null
  readonly contract_version: number | null
  readonly streams: number
  readonly amount_micros: string
}

export interface PostingRow {
  readonly transfer_id: string
  readonly posting: number
  readonly kind: string
  readonly status: string
  readonly month: string
  /** Of the run whose lines it books, posts or takes back; null: it was entered by hand. */
  readonly run_id: string | null
  readonly run_month: string | null
  readonly reversal_of: string | null
  readonly reason: string | null
  readonly entered_by: string
  readonly account_kind: string
  readonly holder_id: string | null
  readonly currency: string
  readonly amount_micros: string
  readonly territory: string | null
  readonly tier: string | null
  readonly isrc: string | null
  readonly rights: string | null
  readonly contract_id: string | null
  readonly contract_version: number | null
}

const LINES = `
  SELECT l.run_id || '/' || l.line AS reference, to_char(r.month, 'YYYY-MM') AS month, r.model, r.input_hash, l.kind, l.territory::text, l.tier,
         l.currency::text, l.rights, l.isrc, l.holder_id, l.contract_id, l.contract_version, l.streams::int, l.amount_micros::text
    FROM royalty_lines l JOIN royalty_runs r USING (run_id)`

export const LINE = `${LINES} WHERE l.run_id = $1 AND ($2::int IS NULL OR l.line = $2) ORDER BY l.line`

/** What a holder earned in a month, whichever the run: it is exchanged, kept back and paid out together. */
export const LINES_OF_HOLDER = `${LINES} WHERE r.month = ($1 || '-01')::date AND l.holder_id = $2 AND l.amount_micros > 0 ORDER BY l.run_id, l.line`

/** The postings of a transfer, or one of them; of several the one on a holder's account. */
export const POSTING = `
  SELECT transfer_id, posting, kind, status, to_char(period, 'YYYY-MM') AS month, run_id, to_char(run_month, 'YYYY-MM') AS run_month,
         reversal_of, reason, entered_by, account_kind, holder_id, currency::text, amount_micros::text,
         territory::text, tier, isrc, rights, contract_id, contract_version
    FROM ledger_entries WHERE transfer_id = $1 AND ($2::int IS NULL OR posting = $2)
   ORDER BY (holder_id IS NULL), posting LIMIT 1`

/** Lines that a stream may have gone into: those of its track, there, in its month or the one that it was entered in. */
export const LINES_OF_STREAM = `${LINES}
    JOIN royalty_streams s ON s.stream_id = $1 AND s.isrc = l.isrc AND s.territory = l.territory AND s.tier = l.tier
    LEFT JOIN royalty_adjustments a ON a.stream_id = s.stream_id
   WHERE r.month = coalesce(a.entered_in, date_trunc('month', s.started_at AT TIME ZONE 'UTC')::date) ORDER BY l.run_id, l.line`

/** Why the books keep a stream that counts for nothing. */
export const NOT_PAID = 'SELECT flags FROM royalty_streams WHERE stream_id = $1 AND NOT counted'
