-- Active premium listeners in the countries with the most use.
--
-- Days are whole, in UTC: the {days} days before {until}, which is not one of them. Use is what was heard, ms_played as the server measured it, of all
-- plans together. Active is who had a stream that began, or any telemetry event. Premium is every plan but free. Whoever was active in two of
-- the countries, or on two plans, counts in each of them once. Read from playback_days, where each stream and each event counts once;
-- what came after its hour had closed is not in it.
SELECT
  country,
  round(sum(ms_played) / 3600000, 2) AS hours_played,
  uniqExactMergeIf(listeners, plan != 'free') AS active_premium,
  uniqExactMerge(listeners) AS active,
  round(active_premium / active, 4) AS premium_share
FROM (
  SELECT country, plan, ms_played, listeners
  FROM playback_days FINAL
  WHERE day >= {until:Date} - {days:UInt16} AND day < {until:Date}
)
GROUP BY country
HAVING active > 0
ORDER BY sum(ms_played) DESC, country
LIMIT {countries:UInt16}
