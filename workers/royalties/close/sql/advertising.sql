-- What advertisers owe for the month, by where and by whom it was heard: of its own impressions what counted by then, and of closed months' what came too
-- late for all of these.
WITH last AS (SELECT max(streams_until) AS until FROM royalty_closes WHERE month < $1::date)
SELECT territory, plan AS tier, currency, sum(cost_micros)::text AS micros
  FROM (
    SELECT territory, plan, currency, cost_micros FROM impressions
     WHERE counted_at <= $2 AND (uncounted_at IS NULL OR uncounted_at > $2)
       AND served_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND served_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
    UNION ALL
    SELECT i.territory, i.plan, i.currency, i.cost_micros
      FROM last CROSS JOIN royalty_closes c
      JOIN impressions i ON i.served_at >= c.month::timestamp AT TIME ZONE 'UTC' AND i.served_at < (c.month + interval '1 month') AT TIME ZONE 'UTC'
     WHERE c.month < $1::date AND i.counted_at > last.until AND i.counted_at <= $2 AND (i.uncounted_at IS NULL OR i.uncounted_at > $2)) AS owed
 GROUP BY territory, plan, currency HAVING sum(cost_micros) > 0
