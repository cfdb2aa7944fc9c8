-- Enters lines of a run, those that are not there, and tells how many were and how many are there as given.
WITH given AS (
  SELECT * FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::uuid[], $11::int[],
                       $12::bigint[], $13::bigint[])
    AS l (line, kind, territory, tier, currency, rights, isrc, holder_id, contract_id, contract_version, streams, amount_micros)
), same AS (
  SELECT count(*) AS n FROM given g JOIN royalty_lines l ON l.run_id = $1 AND l.line = g.line
   WHERE (g.kind, g.territory, g.tier, g.currency, g.rights, g.isrc, g.holder_id, g.contract_id, g.contract_version, g.streams, g.amount_micros)
         IS NOT DISTINCT FROM
         (l.kind, l.territory::text, l.tier, l.currency::text, l.rights, l.isrc, l.holder_id, l.contract_id, l.contract_version, l.streams, l.amount_micros::bigint)
), entered AS (
  INSERT INTO royalty_lines (run_id, line, kind, territory, tier, currency, rights, isrc, holder_id, contract_id, contract_version, streams, amount_micros)
  SELECT $1, * FROM given ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM entered)::int AS entered, (SELECT n FROM same)::int AS same
