-- Of what was to post, void or reverse and was not entered: which the ledger has otherwise, and which names a transfer that is not there.
SELECT g.transfer_id, g.earlier_id, e.transfer_id IS NOT NULL AS "isThere"
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[]) AS g (transfer_id, earlier_id, how, period, reason)
  LEFT JOIN ledger_transfers e ON e.transfer_id = g.earlier_id
  LEFT JOIN ledger_transfers s ON s.transfer_id = g.transfer_id
 WHERE e.transfer_id IS NULL
    OR (s.status, s.period, s.reason, s.pending_id, s.reversal_of) IS DISTINCT FROM
       (CASE g.how WHEN 'void' THEN 'voided' ELSE 'posted' END, g.period, g.reason,
        CASE g.how WHEN 'reverse' THEN NULL ELSE g.earlier_id END, CASE g.how WHEN 'reverse' THEN g.earlier_id END)
 LIMIT 1
