-- Of transfers whose ids the ledger has, the first that stands there with another content. The parameters are those of post-transfers.sql.
WITH given AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::int[], $6::uuid[], $7::text[])
    WITH ORDINALITY AS t (transfer_id, kind, status, period, posting_count, run_id, reason, place)
), postings AS (
  SELECT g.transfer_id, p.* FROM unnest($8::int[], $9::int[], $10::uuid[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[],
                                        $16::text[], $17::uuid[], $18::int[])
      AS p (place, posting, ledger_account_id, currency, amount_micros, territory, tier, isrc, rights, contract_id, contract_version)
    JOIN given g USING (place)
)
SELECT g.transfer_id FROM given g LEFT JOIN ledger_transfers s USING (transfer_id)
 WHERE (s.kind, s.status, s.period, s.posting_count, s.run_id, s.reason, s.pending_id, s.reversal_of)
       IS DISTINCT FROM (g.kind, g.status, g.period, g.posting_count, g.run_id, g.reason, NULL::uuid, NULL::uuid)
UNION ALL
SELECT p.transfer_id FROM postings p LEFT JOIN ledger_postings s USING (transfer_id, posting)
 WHERE (s.ledger_account_id, s.currency::text, s.amount_micros, s.territory::text, s.tier, s.isrc, s.rights, s.contract_id, s.contract_version)
       IS DISTINCT FROM
       (p.ledger_account_id, p.currency, p.amount_micros, p.territory, p.tier, p.isrc, p.rights, p.contract_id, p.contract_version)
LIMIT 1
