-- What was played, by country, plan and kind of device.
SELECT
  multiIf(grouping(country) = 0, 'country', grouping(plan) = 0, 'plan', 'device_kind') AS by,
  concat(country, plan, device_kind) AS name,
  uniqExactMerge(listeners) AS total_listeners,
  sum(streams) AS total_streams, sum(ended_streams) AS total_ended, sum(countable_streams) AS total_countable, sum(skipped_streams) AS total_skipped,
  sum(ms_played) AS total_ms_played
FROM (SELECT * FROM {table:Identifier} FINAL WHERE {bucket:Identifier} >= {from:DateTime('UTC')} AND {bucket:Identifier} < {to:DateTime('UTC')})
WHERE ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY GROUPING SETS ((country), (plan), (device_kind))
HAVING total_listeners > 0
ORDER BY total_ms_played DESC, name
