-- How it went, bucket by bucket and, under no bucket, in all; buckets without an event or a stream are left out. Switches are of an hour of play.
SELECT
  if(grouping(started) = 1, '', formatDateTime(started, '%Y-%m-%dT%H:%i:%SZ', 'UTC')) AS at,
  sum(startups) AS total_startups,
  if(total_startups = 0, [], quantilesExactWeightedMerge(0.5, 0.95, 0.99)(startup_ms)) AS startup_quantiles,
  sum(ms_played) AS total_ms_played, sum(stall_ms) AS total_stall_ms,
  if(total_ms_played = 0, NULL, total_stall_ms / (total_ms_played + total_stall_ms)) AS rebuffer_ratio,
  if(total_ms_played = 0, NULL, sum(bitrate_switches) / total_ms_played * 3600000) AS switches_an_hour,
  sum(failures) AS total_failures
FROM (
  SELECT *, toDateTime({bucket:Identifier}, 'UTC') AS started
  FROM {table:Identifier} FINAL
  WHERE {bucket:Identifier} >= {from:DateTime('UTC')} AND {bucket:Identifier} < {to:DateTime('UTC')}
)
WHERE ({country:String} = '' OR country = {country:String}) AND ({plan:String} = '' OR plan = {plan:String})
  AND ({device_kind:String} = '' OR device_kind = {device_kind:String})
GROUP BY GROUPING SETS ((), (started))
HAVING sum(events) > 0 OR sum(streams) > 0
ORDER BY at
