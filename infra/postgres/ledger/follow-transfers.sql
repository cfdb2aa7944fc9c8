-- Posts, voids or reverses transfers by transfers of their own, those that nothing of the same id or the same kind has followed. Postings are copied,
-- of a reversal with the other sign. No index is named in ON CONFLICT: of the same transfer twice at once, the second may meet any of them first.
WITH given AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::date[], $5::text[]) AS f (transfer_id, earlier_id, how, period, reason)
), entered AS (
  INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count, pending_id, reversal_of, reason)
  SELECT g.transfer_id, e.kind, CASE g.how WHEN 'void' THEN 'voided' ELSE 'posted' END, g.period,
         CASE g.how WHEN 'void' THEN 0 ELSE e.posting_count END,
         CASE g.how WHEN 'reverse' THEN NULL ELSE e.transfer_id END, CASE g.how WHEN 'reverse' THEN e.transfer_id END, g.reason
    FROM given g JOIN ledger_transfers e ON e.transfer_id = g.earlier_id
   ORDER BY g.transfer_id
  ON CONFLICT DO NOTHING
  RETURNING transfer_id, status, period, posting_count, pending_id, reversal_of
), posted AS (
  INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros,
                               territory, tier, isrc, rights, contract_id, contract_version)
  SELECT n.transfer_id, p.posting, n.posting_count, n.period, n.status, p.ledger_account_id, p.currency,
         CASE WHEN n.reversal_of IS NULL THEN p.amount_micros ELSE -p.amount_micros END,
         p.territory, p.tier, p.isrc, p.rights, p.contract_id, p.contract_version
    FROM entered n JOIN ledger_postings p ON p.transfer_id = coalesce(n.pending_id, n.reversal_of)
   WHERE n.status = 'posted'
)
SELECT transfer_id FROM entered
