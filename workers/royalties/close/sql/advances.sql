-- What was paid before it was earned, up to the end of the month ($2), and what of it no earlier month recouped. What was taken back counts for what it takes
-- back, also by hand in the month itself: a recoupment is open again, and an advance that was not to be is not kept back.
WITH booked AS (
  SELECT b.kind, b.reason, t.transfer_id, t.reversal_of
    FROM ledger_transfers b JOIN ledger_transfers t ON t.transfer_id = b.transfer_id
   WHERE b.kind IN ('recoupment', 'advance') AND b.reversal_of IS NULL AND b.status = 'posted' AND b.period < $1::date
  UNION ALL
  SELECT b.kind, b.reason, t.transfer_id, t.reversal_of
    FROM ledger_transfers b JOIN ledger_transfers t ON t.reversal_of = b.transfer_id
   WHERE b.kind IN ('recoupment', 'advance') AND b.status = 'posted' AND (t.period < $1::date OR (t.period = $1::date AND t.run_id IS NULL))
), recouped AS (
  SELECT k.reason, -sum(p.amount_micros) AS micros
    FROM booked k JOIN ledger_postings p USING (transfer_id) JOIN ledger_accounts l USING (ledger_account_id)
   WHERE k.kind = 'recoupment' AND l.kind = 'advance'
   GROUP BY 1
), entered AS (
  SELECT reason, bool_or(reversal_of IS NOT NULL) AS is_reversed FROM booked WHERE kind = 'advance' GROUP BY 1
)
SELECT a.advance_id AS id, a.contract_id AS contract, a.holder_id AS holder, a.currency, a.amount_micros::text AS amount,
       CASE WHEN e.is_reversed THEN 0 ELSE greatest(a.amount_micros - coalesce(r.micros, 0), 0) END::text AS open,
       a.paid_on::text AS "paidOn", a.is_recoupable AS "isRecoupable", e.reason IS NOT NULL AS "isBooked"
  FROM advances a
  LEFT JOIN recouped r ON r.reason = 'of advance ' || a.advance_id
  LEFT JOIN entered e ON e.reason = 'advance ' || a.advance_id
 WHERE a.paid_on < $2::date
