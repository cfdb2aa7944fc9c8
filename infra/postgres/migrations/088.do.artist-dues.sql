-- What analysts may ask of what artists are owed: sums of an artist, without holders and contracts. The view speaks with the rights of its owner.

CREATE VIEW artist_dues WITH (security_barrier) AS
WITH parts AS (
  SELECT r.month, l.isrc, l.holder_id, l.currency, l.amount_micros::numeric AS earned_micros, 0 AS booked_micros
    FROM royalty_lines l JOIN royalty_runs r USING (run_id)
   WHERE r.status = 'finished' AND l.isrc IS NOT NULL
  UNION ALL
  SELECT p.period, p.isrc, a.holder_id, p.currency, 0, -p.amount_micros
    FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
   WHERE p.status = 'posted' AND p.isrc IS NOT NULL AND t.kind IN ('share', 'minimum') AND a.kind = 'payable'
), payouts AS (
  SELECT t.period AS month, a.holder_id, bool_or(s.status IS NULL) AS is_pending, bool_and(s.status = 'posted') AS is_paid
    FROM ledger_transfers t JOIN ledger_postings p USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
    LEFT JOIN ledger_transfers s ON s.pending_id = t.transfer_id
   WHERE t.kind = 'payout' AND t.status = 'pending' AND a.kind = 'payable'
   GROUP BY t.period, a.holder_id
)
SELECT e.month, c.artist_id, e.currency, sum(e.earned_micros)::bigint AS earned_micros, sum(e.booked_micros)::bigint AS booked_micros,
       coalesce(sum(e.booked_micros) FILTER (WHERE y.is_paid), 0)::bigint AS paid_micros,
       coalesce(sum(e.booked_micros) FILTER (WHERE y.is_pending), 0)::bigint AS pending_micros
  FROM (SELECT month, isrc, holder_id, currency, sum(earned_micros) AS earned_micros, sum(booked_micros) AS booked_micros
          FROM parts GROUP BY month, isrc, holder_id, currency) AS e
  JOIN tracks c USING (isrc)
  LEFT JOIN payouts y ON y.month = e.month AND y.holder_id = e.holder_id
 GROUP BY e.month, c.artist_id, e.currency;
COMMENT ON VIEW artist_dues IS 'What the tracks of an artist earned in a month, as it was reckoned and as the ledger has it, and how much of that is of holders who were paid for the month, or are to be.';
COMMENT ON COLUMN artist_dues.earned_micros IS 'By the lines of finished runs.';
COMMENT ON COLUMN artist_dues.booked_micros IS 'Posted in the month to the holders of the tracks; what was reversed in it is taken off.';
COMMENT ON COLUMN artist_dues.paid_micros IS 'Of booked_micros what is of holders whose payouts of the month the bank has made, all of them.';
COMMENT ON COLUMN artist_dues.pending_micros IS 'Of booked_micros what is of holders with a payout of the month that is neither made nor voided.';
GRANT SELECT ON artist_dues TO segue_analyst, segue_finance;
