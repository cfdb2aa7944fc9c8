-- Enters the transfers of which the ledger does not have the id, with their postings, and tells which those were.
-- $1-$7 are columns of transfers; $8-$18 those of postings, $8 the place of the transfer among them.
WITH given AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::int[], $6::uuid[], $7::text[])
    WITH ORDINALITY AS t (transfer_id, kind, status, period, posting_count, run_id, reason, place)
), entered AS (
  INSERT INTO ledger_transfers (transfer_id, kind, status, period, posting_count, run_id, reason)
  SELECT transfer_id, kind, status, period, posting_count, run_id, reason FROM given ORDER BY place
  ON CONFLICT (transfer_id) DO NOTHING
  RETURNING transfer_id
), posted AS (
  INSERT INTO ledger_postings (transfer_id, posting, posting_count, period, status, ledger_account_id, currency, amount_micros,
                               territory, tier, isrc, rights, contract_id, contract_version)
  SELECT g.transfer_id, p.posting, g.posting_count, g.period, g.status, p.ledger_account_id, p.currency, p.amount_micros,
         p.territory, p.tier, p.isrc, p.rights, p.contract_id, p.contract_version
    FROM unnest($8::int[], $9::int[], $10::uuid[], $11::text[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[],
                $17::uuid[], $18::int[])
      AS p (place, posting, ledger_account_id, currency, amount_micros, territory, tier, isrc, rights, contract_id, contract_version)
    JOIN given g USING (place)
    JOIN entered e ON e.transfer_id = g.transfer_id
)
SELECT transfer_id FROM entered
