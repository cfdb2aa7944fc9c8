-- What analysts may ask of what artists are owed: sums of an artist, without holders and contracts. The view speaks with the rights of its owner.

-- Each of the two is added up by itself, a few thousand artists of each, before they meet.
CREATE VIEW artist_dues WITH (security_barrier) AS
WITH payouts AS (
  SELECT t.period AS month, a.holder_id, bool_or(s.status IS NULL) AS is_pending, bool_and(s.status = 'posted') AS is_paid
    FROM ledger_transfers t JOIN ledger_postings p USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
    LEFT JOIN ledger_transfers s ON s.pending_id = t.transfer_id
   WHERE t.kind = 'payout' AND t.status = 'pending' AND a.kind = 'payable'
   GROUP BY t.period, a.holder_id
), sums AS (
  SELECT r.month, c.artist_id, l.currency, sum(l.amount_micros) AS earned_micros, 0 AS booked_micros, 0 AS paid_micros, 0 AS pending_micros
    FROM royalty_lines l JOIN royalty_runs r USING (run_id) JOIN tracks c USING (isrc)
   WHERE r.status = 'finished'
   GROUP BY r.month, c.artist_id, l.currency
  UNION ALL
  SELECT p.period, c.artist_id, p.currency, 0, -sum(p.amount_micros), -sum(p.amount_micros) FILTER (WHERE y.is_paid), -sum(p.amount_micros) FILTER (WHERE y.is_pending)
    FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id) JOIN tracks c USING (isrc)
    LEFT JOIN payouts y ON y.month = p.period AND y.holder_id = a.holder_id
   WHERE p.status = 'posted' AND t.kind IN ('share', 'minimum') AND a.kind = 'payable'
   GROUP BY p.period, c.artist_id, p.currency
)
SELECT month, artist_id, currency, sum(earned_micros)::bigint AS earned_micros, sum(booked_micros)::bigint AS booked_micros,
       coalesce(sum(paid_micros), 0)::bigint AS paid_micros, coalesce(sum(pending_micros), 0)::bigint AS pending_micros
  FROM sums
 GROUP BY month, artist_id, currency;
COMMENT ON VIEW artist_dues IS 'What the tracks of an artist earned in a month, as it was reckoned and as the ledger has it, and how much of that is of holders who were paid for the month, or are to be.';
COMMENT ON COLUMN artist_dues.earned_micros IS 'By the lines of finished runs.';
COMMENT ON COLUMN artist_dues.booked_micros IS 'Posted in the month to the holders of the tracks; what was reversed in it is taken off.';
COMMENT ON COLUMN artist_dues.paid_micros IS 'Of booked_micros what is of holders whose payouts of the month the bank has made, all of them.';
COMMENT ON COLUMN artist_dues.pending_micros IS 'Of booked_micros what is of holders with a payout of the month that is neither made nor voided.';
GRANT SELECT ON artist_dues TO segue_analyst, segue_finance;
