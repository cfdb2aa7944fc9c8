-- Enters pools of a run, those that are not there, and tells how many were and how many are there as given.
WITH given AS (
  SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
    AS p (territory, tier, rights, currency, net_revenue_micros, share_num, share_den, amount_micros, listeners, streams)
), same AS (
  SELECT count(*) AS n FROM given g JOIN royalty_pools p ON p.run_id = $1 AND (p.territory::text, p.tier, p.rights) = (g.territory, g.tier, g.rights)
   WHERE (g.currency, g.net_revenue_micros, g.share_num, g.share_den, g.amount_micros, g.listeners, g.streams)
         = (p.currency::text, p.net_revenue_micros::bigint, p.share_num, p.share_den, p.amount_micros::bigint, p.listeners, p.streams)
), entered AS (
  INSERT INTO royalty_pools (run_id, territory, tier, rights, currency, net_revenue_micros, share_num, share_den, amount_micros, listeners, streams)
  SELECT $1, * FROM given ON CONFLICT (run_id, territory, tier, rights) DO NOTHING
  RETURNING 1
)
SELECT (SELECT count(*) FROM entered)::int AS entered, (SELECT n FROM same)::int AS same
