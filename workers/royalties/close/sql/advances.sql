-- What was paid before it was earned, up to the end of the month ($2), and what of it no earlier month recouped.
SELECT a.advance_id AS id, a.contract_id AS contract, a.holder_id AS holder, a.currency, a.amount_micros::text AS amount,
       (a.amount_micros - coalesce((
         SELECT -sum(p.amount_micros) FROM ledger_transfers t JOIN ledger_postings p USING (transfer_id) JOIN ledger_accounts l USING (ledger_account_id)
          WHERE t.kind = 'recoupment' AND t.status = 'posted' AND t.period < $1::date AND t.reason = 'of advance ' || a.advance_id AND l.kind = 'advance'), 0))::text AS open,
       a.paid_on::text AS "paidOn", a.is_recoupable AS "isRecoupable",
       EXISTS (SELECT FROM ledger_transfers t WHERE t.kind = 'advance' AND t.period < $1::date AND t.reason = 'advance ' || a.advance_id) AS "isBooked"
  FROM advances a WHERE a.paid_on < $2::date
