-- The versions of contracts that streams of the month are paid by, or that have a minimum without any. $3: the first day that a stream is of; $4: the
-- first day after the month. Days beyond these are cut off: what a contract says of later months is not of this one.
WITH heard AS MATERIALIZED (SELECT DISTINCT isrc FROM royalty_streams_of($1, $2))
SELECT v.contract_id AS contract, v.version, c.rights, greatest(lower(v.valid), $3::date)::text AS "from", least(upper(v.valid), $4::date)::text AS until,
       v.is_worldwide AS "isWorldwide", v.territories::text[] AS territories, c.number, c.title, c.licensor_id AS licensor, v.currency,
       v.revenue_num AS "revenueNum", v.revenue_den AS "revenueDen", v.minimum_per_stream_micros::text AS "minimumPerStream",
       v.minimum_per_subscriber_micros::text AS "minimumPerSubscriber", v.minimum_per_month_micros::text AS "minimumPerMonth",
       (SELECT coalesce(json_agg(json_build_object('holder', s.holder_id, 'role', s.role, 'num', s.share_num, 'den', s.share_den) ORDER BY s.holder_id), '[]')
          FROM contract_shares s WHERE s.contract_id = v.contract_id AND s.version = v.version) AS parties
  FROM contract_versions v JOIN contracts c USING (contract_id)
 WHERE v.valid && daterange($3::date, $4::date)
   AND (v.minimum_per_month_micros > 0 OR EXISTS (
     SELECT FROM contract_tracks ct JOIN tracks t USING (track_id) JOIN heard USING (isrc) WHERE ct.contract_id = v.contract_id AND ct.version = v.version))
