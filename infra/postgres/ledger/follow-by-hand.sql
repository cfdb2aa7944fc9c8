-- What is to be reversed or voided, and what has done so before. A pending transfer that was posted is reversed by its posting.
WITH target AS (
  SELECT CASE WHEN $2 = 'reverse' AND s.transfer_id IS NOT NULL THEN s.transfer_id ELSE t.transfer_id END AS target_id,
         CASE WHEN $2 = 'reverse' AND s.transfer_id IS NOT NULL THEN s.period ELSE t.period END AS period
    FROM ledger_transfers t
    LEFT JOIN ledger_transfers s ON s.pending_id = t.transfer_id AND s.status = 'posted'
   WHERE t.transfer_id = $1::uuid
)
SELECT g.target_id, to_char(g.period, 'YYYY-MM') AS period, f.transfer_id AS follower_id, to_char(f.period, 'YYYY-MM') AS follower_period
  FROM target g
  LEFT JOIN ledger_transfers f ON CASE $2 WHEN 'reverse' THEN f.reversal_of = g.target_id ELSE f.pending_id = g.target_id AND f.status = 'voided' END
