-- What was owed to holders at the end of the month before: posted and not paid out, what is pending and not voided taken off. With it what was entered
-- in the month itself by hand, and not by a run of it: a share that was taken back must not be paid out once more. Below zero: what the holder owes.
SELECT a.holder_id AS holder, a.currency, (-sum(p.amount_micros))::text AS micros
  FROM ledger_postings p JOIN ledger_transfers t USING (transfer_id) JOIN ledger_accounts a USING (ledger_account_id)
 WHERE a.kind = 'payable' AND (p.period < $1::date OR (p.period = $1::date AND t.run_id IS NULL)) AND t.pending_id IS NULL
   AND (t.status = 'posted' OR NOT EXISTS (SELECT FROM ledger_transfers v WHERE v.pending_id = t.transfer_id AND v.status = 'voided' AND v.period <= $1::date))
 GROUP BY a.holder_id, a.currency HAVING sum(p.amount_micros) <> 0
