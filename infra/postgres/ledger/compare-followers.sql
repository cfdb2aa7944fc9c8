-- Of what was to post, void or reverse and was not entered, the first that is not there as given: what it names is not there, was followed by
-- another transfer, or the ledger has the id otherwise.
SELECT g.transfer_id, g.earlier_id, o.transfer_id AS other_id,
       CASE WHEN e.transfer_id IS NULL THEN 'transfer-unknown'
            WHEN s.transfer_id IS NOT NULL THEN 'conflict'
            WHEN g.how = 'reverse' THEN 'reversed-already'
            ELSE 'settled-already' END AS code
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[]) AS g (transfer_id, earlier_id, how, period, reason)
  LEFT JOIN ledger_transfers e ON e.transfer_id = g.earlier_id
  LEFT JOIN ledger_transfers s ON s.transfer_id = g.transfer_id
  LEFT JOIN ledger_transfers o ON (g.how = 'reverse' AND o.reversal_of = g.earlier_id) OR (g.how <> 'reverse' AND o.pending_id = g.earlier_id)
 WHERE e.transfer_id IS NULL
    OR (s.status, s.period, s.reason, s.pending_id, s.reversal_of) IS DISTINCT FROM
       (CASE g.how WHEN 'void' THEN 'voided' ELSE 'posted' END, g.period, g.reason,
        CASE g.how WHEN 'reverse' THEN NULL ELSE g.earlier_id END, CASE g.how WHEN 'reverse' THEN g.earlier_id END)
 LIMIT 1
