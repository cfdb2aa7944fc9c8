-- What advertisers owe for the month, by where and by whom it was heard.
SELECT territory, plan AS tier, currency, sum(cost_micros)::text AS micros
  FROM impressions
 WHERE counted AND served_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND served_at < ($1::date + interval '1 month') AT TIME ZONE 'UTC'
 GROUP BY territory, plan, currency HAVING sum(cost_micros) > 0
