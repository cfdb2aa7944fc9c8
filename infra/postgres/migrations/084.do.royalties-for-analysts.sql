-- What analysts may ask of royalties: sums, without holders and contracts. Views speak with the rights of the owner.

CREATE VIEW royalty_earnings WITH (security_barrier) AS
SELECT r.month, r.model, l.territory, l.tier, l.rights, l.isrc, l.currency, max(l.streams) AS streams, sum(l.amount_micros) AS amount_micros
  FROM royalty_lines l JOIN royalty_runs r USING (run_id)
 WHERE r.status = 'finished'
 GROUP BY r.month, r.model, l.territory, l.tier, l.rights, l.isrc, l.currency;
COMMENT ON VIEW royalty_earnings IS 'What a track earned in a month that was reckoned, of all its holders together; without ISRC what was allocated to nobody.';

CREATE VIEW ledger_month_totals WITH (security_barrier) AS
SELECT p.period AS month, t.kind AS transfer_kind, a.kind AS account_kind, p.status, p.currency,
       coalesce(sum(p.amount_micros) FILTER (WHERE p.amount_micros > 0), 0) AS debit_micros,
       coalesce(-sum(p.amount_micros) FILTER (WHERE p.amount_micros < 0), 0) AS credit_micros, count(*) AS postings
  FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
 GROUP BY p.period, t.kind, a.kind, p.status, p.currency;
COMMENT ON VIEW ledger_month_totals IS 'What was booked in a month, by kinds of transfers and accounts.';

GRANT SELECT ON royalty_earnings, ledger_month_totals TO segue_analyst, segue_finance;
