-- Payouts of a month and those of these ids, and what became of each. A payout takes from one account of a holder.
SELECT t.transfer_id AS "payoutId", to_char(t.period, 'YYYY-MM') AS period, a.holder_id AS "holderId", p.currency, p.amount_micros::text AS micros,
       coalesce(s.status, t.status) AS status
  FROM ledger_transfers t
  JOIN ledger_postings p USING (transfer_id)
  JOIN ledger_accounts a ON a.ledger_account_id = p.ledger_account_id AND a.kind = 'payable'
  LEFT JOIN ledger_transfers s ON s.pending_id = t.transfer_id
 WHERE t.kind = 'payout' AND t.status = 'pending' AND (t.period = $1 OR t.transfer_id = ANY ($2::uuid[]))
 ORDER BY t.transfer_id
