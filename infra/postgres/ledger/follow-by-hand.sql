-- What is to be reversed or voided, what has done so before, and what of an advance is still kept back. A pending transfer that was posted is reversed by its posting.
WITH target AS (
  SELECT CASE WHEN $2 = 'reverse' AND s.transfer_id IS NOT NULL THEN s.transfer_id ELSE t.transfer_id END AS target_id,
         CASE WHEN $2 = 'reverse' AND s.transfer_id IS NOT NULL THEN s.period ELSE t.period END AS period,
         CASE WHEN t.kind = 'advance' THEN 'of ' || t.reason END AS recouped_as
    FROM ledger_transfers t
    LEFT JOIN ledger_transfers s ON s.pending_id = t.transfer_id AND s.status = 'posted'
   WHERE t.transfer_id = $1::uuid
)
SELECT g.target_id, to_char(g.period, 'YYYY-MM') AS period, f.transfer_id AS follower_id, to_char(f.period, 'YYYY-MM') AS follower_period,
       (SELECT coalesce(array_agg(r.transfer_id::text ORDER BY r.period, r.transfer_id), '{}') FROM ledger_transfers r
         WHERE $2 = 'reverse' AND r.kind = 'recoupment' AND r.status = 'posted' AND r.reversal_of IS NULL AND r.reason = g.recouped_as
           AND NOT EXISTS (SELECT FROM ledger_transfers b WHERE b.reversal_of = r.transfer_id)) AS recoupments
  FROM target g
  LEFT JOIN ledger_transfers f ON CASE $2 WHEN 'reverse' THEN f.reversal_of = g.target_id ELSE f.pending_id = g.target_id AND f.status = 'voided' END
